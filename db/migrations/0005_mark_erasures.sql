-- One-way marks of erased people; what told their address before (a suppression by hand) is put in their place by nobody.
CREATE TABLE "erasures" (
	"workspace_id" integer NOT NULL,
	"mark" "bytea" NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "erasures_pkey" PRIMARY KEY("workspace_id","mark"),
	CONSTRAINT "erasures_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE cascade
);
