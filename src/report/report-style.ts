/** The style sheet of the HTML report. */

export const REPORT_STYLE = `
:root{color-scheme:light dark;--ink:#17212b;--quiet:#56636f;--ground:#fff;--panel:#f4f6f8;--line:#d5dce2;--accent:#0b6e69;--fill:#9fcfc9;--mark:#ffe7a8;--good:#11734b;--fair:#8a5a00;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e4eaf0;--quiet:#a3b0bc;--ground:#11181f;--panel:#1a232c;--line:#34414d;--accent:#5fd0c5;--fill:#2d6b66;--mark:#5c4a12;--good:#63d39b;--fair:#f0b955;--bad:#ff8f86}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:64rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.75rem;line-height:1.2;margin:0;overflow-wrap:anywhere}
header p{margin:.25rem 0 0;color:var(--quiet)}
h2{font-size:1.125rem;margin:0 0 .25rem;overflow-wrap:anywhere}
h3{font-size:.875rem;margin:0 0 .5rem;color:var(--quiet)}
section{margin-top:2.5rem}
.note,footer{color:var(--quiet);font-size:.875rem;margin:0 0 .75rem}
.verdict{background:var(--panel);border-left:.375rem solid var(--good);border-radius:.5rem;padding:1.25rem 1.5rem}
.verdict.undecided,.verdict.small,.verdict.moderate{border-color:var(--fair)}
.verdict.large,.verdict.severe{border-color:var(--bad)}
.verdict h2{font-size:1.375rem}
.verdict p{margin:0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:1rem 1.5rem;margin:1.25rem 0 0}
.tiles dt{font-size:.8125rem;color:var(--quiet)}
.tiles dd{margin:0;font-size:1.25rem;font-weight:600;font-variant-numeric:tabular-nums}
.tiles dd.note{font-size:.8125rem;font-weight:400}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:1.5rem 2rem}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{padding:.375rem .5rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top;white-space:nowrap}
th{font-weight:500}
thead th{color:var(--quiet)}
th:first-child,.text{text-align:left}
.text{white-space:normal}
.scroll{overflow-x:auto}
.sample{background:var(--panel);border-radius:.5rem;padding:.875rem 1rem;margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
mark{background:var(--mark);color:inherit;border-radius:.125rem}
svg{display:block;width:8rem;height:2rem}
.before{fill:var(--fill)}
.speed{height:.5rem;margin-top:.5rem}
.room{fill:var(--line)}
.bar{width:100%;height:.75rem;margin-top:.375rem}
.wide{width:100%;min-width:8rem}
.ends{display:flex;justify-content:space-between;color:var(--quiet)}
.most>*{font-weight:600}
.spread{width:24rem;max-width:100%;height:auto;font-size:.6875rem}
.spread text{fill:var(--quiet)}
.axis{fill:none;stroke:var(--quiet);vector-effect:non-scaling-stroke}
.said{margin:.5rem 0;text-align:left;white-space:normal}
.key{display:inline-block;width:1rem;height:.625rem;margin:0 .25rem 0 .75rem;background:var(--fill)}
.key.after{height:.125rem;vertical-align:.25rem;background:var(--accent)}
.after{fill:none;stroke:var(--accent);stroke-width:1;vector-effect:non-scaling-stroke}
summary{cursor:pointer;list-style-position:outside;margin-left:1rem}
summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
details table{margin-top:.5rem}
@media print{main{max-width:none;padding:0}.scroll{overflow:visible}}
`.trim();
