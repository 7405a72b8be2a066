import { SplitSkeleton } from "#components/ui/skeletons.tsx";

export default SplitSkeleton;
