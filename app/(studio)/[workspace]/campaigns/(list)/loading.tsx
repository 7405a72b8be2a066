import { TableSkeleton } from "#components/ui/skeletons.tsx";

export default TableSkeleton;
