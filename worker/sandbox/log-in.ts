/** What a client has to be told next while it logs in, and whether it is in. */
export interface LogInStep {
  reply: string;
  /** What to do with the client's next line; null when it is a command again. */
  next: ((line: string) => LogInStep) | null;
  loggedIn: boolean;
}

const decode = (text: string) => Buffer.from(text, "base64").toString("utf8");
const asks = (reply: string, next: LogInStep["next"]): LogInStep => ({ reply, next, loggedIn: false });

/** AUTH PLAIN and LOGIN (RFC 4954). Everybody gets in who does not say `wrong`, so that both cases can be tried. */
export function logIn(command: string): LogInStep {
  const [, mechanism = "", first] = command.split(" ");
  const plain = (text: string) => judge(decode(text).split("\u0000")[2] ?? "");
  switch (mechanism.toUpperCase()) {
    case "PLAIN":
      return first ? plain(first) : asks("334 ", plain);
    case "LOGIN":
      return asks("334 VXNlcm5hbWU6", () => asks("334 UGFzc3dvcmQ6", (password) => judge(decode(password))));
    default:
      return asks("504 5.5.4 Unrecognised authentication type", null);
  }
}

function judge(password: string): LogInStep {
  const loggedIn = password !== "" && password !== "wrong";
  const reply = loggedIn
    ? "235 2.7.0 Authentication successful"
    : "535 5.7.8 Authentication credentials invalid";
  return { reply, next: null, loggedIn };
}
