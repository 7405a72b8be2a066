import { FormSkeleton } from "#components/ui/skeletons.tsx";

export default FormSkeleton;
