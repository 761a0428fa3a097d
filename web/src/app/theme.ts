import type { ThemeConfig } from "antd";

/** Cinnabar red on white is 5.8:1; every text colour here passes WCAG AA on white and on the page grey. */
export const palette = {
  cinnabar: "#c3272b",
  cinnabarDark: "#9c1d22",
  ink: "#1d2126",
  inkSoft: "#565d66",
  line: "#dfe1e4",
  page: "#f6f6f4",
  ok: "#1f6b3a",
  warn: "#8a5a00",
  bad: "#a8071a",
};

export const fonts = 'system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';

export function theme(phone: boolean): ThemeConfig {
  return {
    token: {
      motion: false, // a button's "loading" mark goes at once; its fading out could hang, and screen readers went on to say it
      colorPrimary: palette.cinnabar,
      colorPrimaryHover: "#b02327", // the lighter one that is derived otherwise is too pale for white text
      colorInfo: "#33567a",
      colorLink: palette.cinnabarDark,
      colorLinkHover: palette.cinnabar, // derived lighter ones are too pale
      colorLinkActive: palette.cinnabarDark,
      colorError: palette.bad,
      colorSuccess: palette.ok,
      colorWarning: palette.warn,
      colorText: palette.ink,
      colorTextSecondary: palette.inkSoft,
      colorTextDescription: palette.inkSoft,
      colorTextPlaceholder: "#6b727b",
      colorBorder: "#868d96",
      colorBorderSecondary: palette.line,
      borderRadius: 4,
      fontFamily: fonts,
      fontSize: 14,
      controlHeight: phone ? 44 : 34,
      wireframe: false,
    },
    components: {
      Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none", fontWeight: 500 },
    },
  };
}
