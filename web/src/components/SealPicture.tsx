import type { Seal } from "@/lib/api/types.ts";
import { useText } from "@/lib/text.ts";

/** A seal's picture; the server gives an address or the drawing itself. */
export function SealPicture({ seal, size = 96 }: { seal: Pick<Seal, "picture" | "title">; size?: number }) {
  const tx = useText();
  const src = seal.picture.trimStart().startsWith("<svg") ? `data:image/svg+xml,${encodeURIComponent(seal.picture)}` : seal.picture;
  return <img src={src} width={size} height={size} alt={tx(seal.title)} style={{ objectFit: "contain", flex: "none" }} />;
}
