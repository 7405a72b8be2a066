import { GallerySkeleton } from "#components/ui/skeletons.tsx";

export default GallerySkeleton;
