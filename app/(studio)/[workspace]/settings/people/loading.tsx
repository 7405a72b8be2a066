import { CardsSkeleton } from "#components/ui/skeletons.tsx";

export default CardsSkeleton;
