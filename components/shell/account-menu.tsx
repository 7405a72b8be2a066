"use client";

import { Dropdown } from "@heroui/react/dropdown";
import { Check, Ellipsis, LogOut, Monitor, Moon, Sun, UserRound } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useState, useTransition } from "react";
import { Avatar } from "../ui/avatar.tsx";
import { currentTheme, setTheme } from "../ui/set-theme.ts";
import type { ThemeChoice } from "../ui/theme.ts";

export type Account = { name: string; email: string };

const looks: { id: ThemeChoice; label: string; icon: typeof Sun }[] = [
  { id: "system", label: "As the device", icon: Monitor },
  { id: "light", label: "Light", icon: Sun },
  { id: "dark", label: "Dark", icon: Moon },
];

/** Who is logged in, the theme, the way out. */
export function AccountMenu({
  user,
  accountHref,
  logout,
}: {
  user: Account;
  accountHref?: string | undefined;
  /** An address, or a server action. */
  logout: string | (() => Promise<unknown>);
}) {
  const router = useRouter();
  const [theme, setChosen] = useState<ThemeChoice>("system");
  const [, start] = useTransition();
  useEffect(() => setChosen(currentTheme()), []);

  function choose(key: string) {
    const look = looks.find((each) => each.id === key);
    if (look) {
      setTheme(look.id);
      setChosen(look.id);
    } else if (key === "account" && accountHref) router.push(accountHref);
    else if (key === "logout") {
      if (typeof logout === "string") window.location.assign(logout);
      else
        start(async () => {
          await logout();
        });
    }
  }

  return (
    <Dropdown>
      <Dropdown.Trigger className="account">
        <Avatar name={user.name} />
        <span className="min-w-0 flex-1 truncate text-start text-table font-medium">{user.name}</span>
        <span className="sr-only">, account</span>
        <Ellipsis className="icon text-muted" aria-hidden="true" />
      </Dropdown.Trigger>
      <Dropdown.Popover placement="top start">
        <p className="truncate px-4 pt-3 text-help text-muted">{user.email}</p>
        <Dropdown.Menu aria-label="Account" onAction={(key) => choose(String(key))}>
          {looks.map((look) => (
            <Dropdown.Item key={look.id} id={look.id} textValue={look.label}>
              <look.icon className="icon text-muted" aria-hidden="true" />
              <span className="flex-1">{look.label}</span>
              {theme === look.id ? <Check className="icon text-accent" aria-label="chosen" /> : null}
            </Dropdown.Item>
          ))}
          {accountHref ? (
            <Dropdown.Item id="account" textValue="Account">
              <UserRound className="icon text-muted" aria-hidden="true" />
              Account
            </Dropdown.Item>
          ) : null}
          <Dropdown.Item id="logout" textValue="Log out">
            <LogOut className="icon text-muted" aria-hidden="true" />
            Log out
          </Dropdown.Item>
        </Dropdown.Menu>
      </Dropdown.Popover>
    </Dropdown>
  );
}
