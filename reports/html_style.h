#pragma once
// The page's style and script, kept apart so that the renderer reads as a document.
#include <string_view>

namespace blobgauge::reports {

inline constexpr std::string_view page_style = R"css(
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1c2230; --soft: #566074; --line: #dde1e8; --code: #eef1f5;
  --good: #1a7048; --good-back: #e2f3ea; --bad: #b3261e; --bad-back: #fbe6e4; --maybe: #845400; --maybe-back: #fbf0d9;
  --accent: #2456b8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151b; --card: #1b1f28; --ink: #e7eaf0; --soft: #a3adbf; --line: #303745; --code: #262c38;
    --good: #6fd3a0; --good-back: #153426; --bad: #ff9a92; --bad-back: #43201e; --maybe: #f0c36a; --maybe-back: #3a2d12;
    --accent: #8ab4ff;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 3.5rem; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main, header > div, footer > div, nav > div { max-width: 74rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding: 2rem 0 1rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; letter-spacing: -.01em; }
h2 { font-size: 1.3rem; margin: 2.6rem 0 .6rem; letter-spacing: -.005em; }
h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
p { margin: .35rem 0; max-width: 52rem; }
.soft { color: var(--soft); }
.small { font-size: .87rem; }
a { color: var(--accent); }
code, pre { font: .86em/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { background: var(--code); border-radius: 4px; padding: .1em .35em; overflow-wrap: anywhere; }
pre { background: var(--code); border-radius: 8px; padding: .8rem 1rem; margin: .5rem 0; overflow-x: auto; }
nav { position: sticky; top: 0; z-index: 2; background: var(--page); border-bottom: 1px solid var(--line); }
nav > div { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding-top: .55rem; padding-bottom: .55rem; }
nav a { text-decoration: none; font-size: .92rem; }
nav a:hover { text-decoration: underline; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem; margin: 1.2rem 0; align-items: start; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.1rem 1.25rem; }
.card.no { border-top: 4px solid var(--bad); }
.card.yes { border-top: 4px solid var(--good); }
.card.unknown, .card.absent { border-top: 4px solid var(--line); }
.card h2 { margin: 0; font-size: 1rem; color: var(--soft); font-weight: 600; overflow-wrap: anywhere; }
.card h2 span { font-weight: 400; }
.legend { color: var(--soft); font-size: .87rem; margin: .4rem 0 0; }
.answer { font-size: 1.45rem; font-weight: 650; line-height: 1.25; margin: .25rem 0 .6rem; }
.answer.no { color: var(--bad); } .answer.yes { color: var(--good); }
.bar { display: flex; height: .6rem; border-radius: 99px; overflow: hidden; background: var(--code); }
.bar i { display: block; } .bar .yes { background: var(--good); } .bar .no { background: var(--bad); } .bar .unknown { background: var(--maybe); }
.causes { list-style: none; margin: .9rem 0 0; padding: 0; }
.causes li { border-top: 1px solid var(--line); padding: .6rem 0; }
.causes li > b code { font-size: .9em; }
.causes .exchange { background: none; padding: 0; color: var(--soft); }
.pair { display: flex; gap: 1.6rem; margin: .8rem 0 0; }
.pair div { line-height: 1.25; } .pair b { display: block; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
.badge { display: inline-block; border-radius: 99px; padding: .08rem .6rem; font-size: .82rem; font-weight: 600; white-space: nowrap; background: var(--code); color: var(--soft); }
.badge.yes { background: var(--good-back); color: var(--good); }
.badge.no { background: var(--bad-back); color: var(--bad); }
.badge.unknown { background: var(--maybe-back); color: var(--maybe); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
caption { text-align: left; padding: .6rem .9rem 0; color: var(--soft); font-size: .87rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .9rem; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 600; font-size: .84rem; white-space: nowrap; }
tbody th { font-weight: 500; }
th.name { overflow-wrap: anywhere; min-width: 9rem; }
tr.group th { background: var(--code); font-weight: 650; }
tr.why td { border-top: 0; padding-top: 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.share { min-width: 6.5rem; }
#figures th.number, #figures td.number { padding-left: .35rem; padding-right: .6rem; }
.share .bar { margin-top: .3rem; height: .35rem; }
details { background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin: .5rem 0; }
summary { cursor: pointer; padding: .6rem .9rem; }
summary > .title { margin-left: .4rem; }
details > div { padding: 0 .9rem .9rem; }
details details { background: transparent; }
td a { overflow-wrap: anywhere; }
details pre { margin: 0; }
.filters { display: flex; flex-wrap: wrap; gap: .6rem; margin: .7rem 0; align-items: end; }
.filters label { font-size: .84rem; color: var(--soft); display: block; }
input, select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: 8px; padding: .35rem .6rem; min-width: 12rem; }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .35rem 1.2rem; margin: .6rem 0; }
dt { font-weight: 600; } dd { margin: 0; }
.note { border-left: 4px solid var(--maybe); background: var(--maybe-back); padding: .5rem .9rem; border-radius: 6px; margin: .6rem 0; }
footer { margin: 3rem 0 2rem; color: var(--soft); font-size: .87rem; }
[hidden] { display: none !important; }
@media print { nav, .filters { display: none; } body { background: #fff; } .card, .scroll, details { break-inside: avoid; } }
)css";

// Shows the rows that hold the text and have the verdict; tells a screen reader how many are left.
inline constexpr std::string_view page_script = R"js(
(function () {
  var text = document.getElementById('filter-text'), verdict = document.getElementById('filter-verdict');
  var count = document.getElementById('filter-count');
  if (!text) return;
  var rows = Array.prototype.slice.call(document.querySelectorAll('#all-cases tbody tr'));
  document.getElementById('filters').hidden = false;
  function apply() {
    var wanted = text.value.toLowerCase(), which = verdict.value, shown = 0;
    rows.forEach(function (row) {
      var fits = row.textContent.toLowerCase().indexOf(wanted) >= 0 &&
        (!which || (' ' + row.getAttribute('data-verdicts') + ' ').indexOf(' ' + which + ' ') >= 0);
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    count.textContent = shown + ' of ' + rows.length + ' cases';
  }
  text.addEventListener('input', apply);
  verdict.addEventListener('change', apply);
  function open() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === 'DETAILS') target.open = true;
  }
  window.addEventListener('hashchange', open);
  open();
  apply();
})();
)js";

}  // namespace blobgauge::reports
