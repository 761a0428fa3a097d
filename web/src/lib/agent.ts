const browsers: [RegExp, string][] = [
  [/MicroMessenger\/([\d.]+)/, "WeChat"],
  [/Edg(?:A|iOS)?\/(\d+)/, "Edge"],
  [/OPR\/(\d+)/, "Opera"],
  [/(?:Firefox|FxiOS)\/(\d+)/, "Firefox"],
  [/(?:HeadlessChrome|Chrome|CriOS)\/(\d+)/, "Chrome"],
  [/Version\/(\d+).*Safari/, "Safari"],
];
const systems: [RegExp, string][] = [
  [/HarmonyOS/, "HarmonyOS"],
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];

/** "Chrome 120 · Windows" from a User-Agent header; a program is named by its first word. */
export function agentName(agent: string, unknown: string): string {
  const browser = browsers.map(([p, name]) => [p.exec(agent)?.[1]?.split(".")[0], name]).find(([version]) => version);
  const system = systems.find(([p]) => p.test(agent))?.[1];
  if (browser) return [`${browser[1]} ${browser[0]}`, system].filter(Boolean).join(" · ");
  return agent.split(/[\s/]/)[0] || unknown;
}
