import { ArrowRightLeft, Ban, Copy, Hourglass, Pause, Play } from "lucide-react";
import { CampaignStateChip } from "#components/campaign/campaign-state-chip.tsx";
import { MoveFields } from "#components/pool/move-fields.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { ConfirmButton } from "#components/ui/confirm-dialog.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { formatNumber, formatPeople } from "#components/ui/format.ts";
import { LinkTabs } from "#components/ui/link-tabs.tsx";
import { Menu } from "#components/ui/menu.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { TextField } from "#components/ui/text-field.tsx";
import type { CampaignState } from "#core/campaign/types.ts";
import type { PoolRow } from "#core/source/read.ts";

const TABS = ["Delivery", "Engagement", "Links", "Recipients", "Content", "Activity"] as const;
export type ReportTab = (typeof TABS)[number];

/** Head of every page of a report: state, tabs, and what can be done. */
export function ReportHeader({
  campaign,
  path,
  tab,
  subtitle,
  waiting,
  rest,
  pools,
  actions,
}: {
  campaign: { id: number; name: string; state: CampaignState };
  /** `/<workspace>/campaigns` */
  path: string;
  tab: ReportTab;
  subtitle?: string;
  waiting: number;
  /** Of those waiting: not in flight. */
  rest: number;
  /** For administrators: where what waits could go. */
  pools: { all: PoolRow[]; from: number; move: FormAction } | null;
  actions: {
    pause: FormAction;
    resume: FormAction;
    cancel: FormAction;
    expireRest: FormAction;
    duplicate: FormAction;
  } | null;
}) {
  const values = { campaignId: String(campaign.id) };
  const isLive = campaign.state === "sending" || campaign.state === "paused";
  return (
    <PageHeader
      crumbs={[{ label: "Campaigns", href: path }, { label: campaign.name }]}
      title={campaign.name}
      chip={<CampaignStateChip state={campaign.state} />}
      subtitle={subtitle}
      actions={
        actions ? (
          <>
            {!isLive ? null : campaign.state === "sending" ? (
              <ActionButton
                action={actions.pause}
                values={values}
                icon={<Pause />}
                success="Paused. What is in flight will finish."
              >
                Pause sending
              </ActionButton>
            ) : (
              <ActionButton
                action={actions.resume}
                values={values}
                icon={<Play />}
                variant="primary"
                success="Sending goes on."
              >
                Go on sending
              </ActionButton>
            )}
            {isLive ? (
              <ConfirmButton
                label="Cancel…"
                icon={<Ban />}
                variant="danger-ghost"
                title={`Cancel ${campaign.name}?`}
                action={actions.cancel}
                values={values}
                confirmLabel={`Cancel for ${formatPeople(waiting)}`}
                cancelLabel="Keep sending"
              >
                <p>
                  {formatPeople(waiting)} will never get it. This cannot be undone. Type the campaign's name.
                </p>
                <TextField name="typedName" label="Name" autoComplete="off" required />
              </ConfirmButton>
            ) : null}
            <Menu
              name="More acts"
              variant="ghost"
              items={[
                { id: "duplicate", label: "Duplicate", icon: <Copy />, action: actions.duplicate, values },
                ...(isLive && pools
                  ? [
                      {
                        id: "move",
                        label: "Move to another pool…",
                        icon: <ArrowRightLeft />,
                        confirm: {
                          title: `Move ${campaign.name} to another pool`,
                          action: pools.move,
                          values,
                          danger: false,
                          confirmLabel: "Move",
                          success: "Moved. What is in flight will finish where it is.",
                          children: <MoveFields pools={pools.all} from={pools.from} rest={rest} />,
                        },
                      },
                    ]
                  : []),
                ...(isLive && rest > 0
                  ? [
                      {
                        id: "expire-rest",
                        label: "Expire the rest…",
                        icon: <Hourglass />,
                        danger: true,
                        confirm: {
                          title: `Expire the rest of ${campaign.name}?`,
                          action: actions.expireRest,
                          values,
                          confirmLabel: `Expire ${formatPeople(rest)}`,
                          cancelLabel: "Keep sending",
                          success: "Nobody is tried any more. What is in flight will finish.",
                          children: (
                            <>
                              <p>
                                {formatPeople(rest)} who wait or were refused for now will not be tried again.
                                They expire, with your name as the reason.
                                {waiting > rest
                                  ? ` ${formatNumber(waiting - rest)} in flight will finish.`
                                  : ""}
                              </p>
                              <p>
                                What was accepted stays, and the campaign finishes. Then those who expired can
                                be tried again from its recipients.
                              </p>
                            </>
                          ),
                        },
                      },
                    ]
                  : []),
              ]}
            />
          </>
        ) : undefined
      }
    >
      <LinkTabs
        label="Report"
        tabs={TABS.map((label) => ({
          label,
          href:
            label === "Delivery" ? `${path}/${campaign.id}` : `${path}/${campaign.id}/${label.toLowerCase()}`,
          current: label === tab,
        }))}
      />
    </PageHeader>
  );
}
