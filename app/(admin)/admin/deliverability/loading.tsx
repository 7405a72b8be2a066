import { ChartsSkeleton } from "#components/ui/skeletons.tsx";

export default ChartsSkeleton;
