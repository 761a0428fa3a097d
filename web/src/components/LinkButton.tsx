import type { MouseEvent } from "react";
import { useHref, useLinkClickHandler } from "react-router";
import { Button, type ButtonProps } from "antd";

/** A link that looks like a button: one stop for the keyboard, not a button within a link. */
export function LinkButton({ to, ...look }: { to: string } & Pick<ButtonProps, "type" | "size" | "children">) {
  const go = useLinkClickHandler<HTMLAnchorElement>(to);
  return <Button {...look} href={useHref(to)} onClick={(e) => go(e as MouseEvent<HTMLAnchorElement>)} />;
}
