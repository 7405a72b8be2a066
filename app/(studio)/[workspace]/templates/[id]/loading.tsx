import { SheetSkeleton } from "#components/ui/skeletons.tsx";

export default SheetSkeleton;
