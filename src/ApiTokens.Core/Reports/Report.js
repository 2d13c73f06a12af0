// Makes the table of all tokens from the data in the page: filtered, sorted, a page at a time. Texts only ever become text
// nodes, so that no name can become markup.
'use strict';

(() => {
  const pageSize = 100;
  const printedRows = 2000;
  const day = 86400;
  const severityStyles = ['information', 'warning', 'error'];

  const data = JSON.parse(document.getElementById('data').textContent);
  const table = document.getElementById('table');
  if (!table) {
    return;
  }

  // The order of the values in which HtmlTokens.cs writes them; the findings follow, as pairs of rule and severity.
  const tokens = data.tokens.map(([name, id, status, service, account, owner, permissions, expires, used, ...findings], place) => ({
    place, name, id, status, service, account, owner, permissions, expires, used, findings,
    text: [name, id, service, account, owner, permissions].join('\n').toLowerCase(),
  }));

  const number = new Intl.NumberFormat('en');
  const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  const byText = (read) => (a, b) => collator.compare(read(a), read(b));
  const byNumber = (read) => (a, b) => read(a) - read(b);

  // How to sort by each column, in the order of the columns.
  const comparers = [
    byText((token) => token.name),
    byText((token) => token.status),
    byNumber((token) => token.expires ?? Number.MAX_SAFE_INTEGER),
    (a, b) => collator.compare(a.service, b.service) || collator.compare(a.account, b.account),
    byText((token) => token.owner),
    byText((token) => token.permissions),
    byNumber((token) => token.used ?? 0),
    byNumber((token) => worst(token)),
  ];

  // Where each token comes when sorted by a column, found out once: letters typed later cost no more than counting.
  const ranks = [];

  const body = table.tBodies[0];
  const headers = [...table.tHead.rows[0].cells];
  const filter = document.getElementById('filter');
  const count = document.getElementById('count');
  const pages = document.getElementById('pages');
  const previous = document.getElementById('previous');
  const next = document.getElementById('next');

  let shown = tokens;
  let page = 0;
  let sortedBy = null;
  let descending = false;

  function worst(token) {
    return token.findings.reduce((most, value, i) => (i % 2 === 1 ? Math.max(most, value) : most), -1);
  }

  function element(name, style, text) {
    const made = document.createElement(name);
    if (style) {
      made.className = style;
    }

    made.textContent = text ?? '';
    return made;
  }

  function cell(text, more, moreStyle) {
    const made = element('td', '', text);
    if (more) {
      made.append(element('span', moreStyle ?? 'more', more));
    }

    return made;
  }

  function date(seconds) {
    return new Date(seconds * 1000).toISOString().slice(0, 10);
  }

  function left(seconds) {
    const days = Math.floor((seconds - data.created) / day);
    if (days < 0) {
      return `${number.format(-days)} d ago`;
    }

    return days === 0 ? 'within a day' : `in ${number.format(days)} d`;
  }

  function row(token) {
    const made = document.createElement('tr');
    const name = document.createElement('td');
    name.append(element('span', 'name', token.name), element('span', 'more id', token.id));
    const status = document.createElement('td');
    status.append(element('span', `status ${token.status}`, token.status));
    const findings = document.createElement('td');
    for (let i = 0; i < token.findings.length; i += 2) {
      findings.append(element('span', `finding ${severityStyles[token.findings[i + 1]]}`, data.rules[token.findings[i]]), ' ');
    }

    const permissions = element('td', 'permissions', token.permissions);
    made.append(
      name,
      status,
      token.expires === null ? cell('never') : cell(date(token.expires), left(token.expires)),
      cell(token.service, token.account),
      cell(token.owner),
      permissions,
      cell(token.used === null ? '' : date(token.used)),
      findings);
    return made;
  }

  function render(first, length) {
    const rows = document.createDocumentFragment();
    for (const token of shown.slice(first, first + length)) {
      rows.append(row(token));
    }

    body.replaceChildren(rows);
  }

  function show() {
    const last = Math.max(0, Math.ceil(shown.length / pageSize) - 1);
    page = Math.min(Math.max(page, 0), last);
    render(page * pageSize, pageSize);
    document.getElementById('page').textContent = `Page ${number.format(page + 1)} of ${number.format(last + 1)}`;
    previous.disabled = page === 0;
    next.disabled = page === last;
    pages.hidden = last === 0;
  }

  function tell() {
    count.textContent = shown.length === tokens.length
      ? `${number.format(tokens.length)} tokens`
      : `${number.format(shown.length)} of ${number.format(tokens.length)} tokens`;
  }

  function chosen(id) {
    return document.getElementById(id)?.value ?? '';
  }

  const expiresTests = {
    '': () => true,
    never: (token) => token.expires === null,
    expired: (token) => token.status === 'Expired' || (token.expires !== null && token.expires <= data.created),
  };

  function expiresTest(choice) {
    return expiresTests[choice]
      ?? ((token) => token.expires !== null && token.expires > data.created && token.expires < data.created + (Number(choice) * day));
  }

  function findingTest(choice) {
    if (choice.startsWith('rule:')) {
      const rule = data.rules.indexOf(choice.slice('rule:'.length));
      return (token) => token.findings.some((value, i) => i % 2 === 0 && value === rule);
    }

    if (choice.startsWith('severity:')) {
      const severity = Number(choice.slice('severity:'.length));
      return (token) => token.findings.some((value, i) => i % 2 === 1 && value === severity);
    }

    return (token) => choice === '' || (token.findings.length > 0) === (choice === 'any');
  }

  function ranksOf(column) {
    if (!ranks[column]) {
      ranks[column] = new Int32Array(tokens.length);
      [...tokens].sort(comparers[column]).forEach((token, rank) => {
        ranks[column][token.place] = rank;
      });
    }

    return ranks[column];
  }

  function apply() {
    const words = chosen('search').toLowerCase().split(/\s+/).filter(Boolean);
    const status = chosen('status');
    const service = chosen('service').toLowerCase();
    const expires = expiresTest(chosen('expires'));
    const finding = findingTest(chosen('finding'));
    shown = tokens.filter((token) =>
      words.every((word) => token.text.includes(word))
      && (status === '' || token.status === status)
      && (service === '' || token.service.toLowerCase() === service)
      && expires(token)
      && finding(token));
    if (sortedBy !== null) {
      const rank = ranksOf(sortedBy);
      const direction = descending ? -1 : 1;
      shown.sort((a, b) => direction * (rank[a.place] - rank[b.place]));
    }

    page = 0;
    tell();
    show();
  }

  function sortBy(column) {
    descending = sortedBy === column && !descending;
    sortedBy = column;
    headers.forEach((header, i) => {
      if (i === column) {
        header.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      } else {
        header.removeAttribute('aria-sort');
      }
    });
    apply();
  }

  function turn(pagesOn) {
    page += pagesOn;
    show();
    table.scrollIntoView({ block: 'start' });
  }

  headers.forEach((header, column) => {
    const button = element('button', '', header.textContent);
    button.type = 'button';
    button.addEventListener('click', () => sortBy(column));
    header.replaceChildren(button);
  });

  previous.addEventListener('click', () => turn(-1));
  next.addEventListener('click', () => turn(1));
  filter.addEventListener('input', apply);
  filter.addEventListener('submit', (event) => event.preventDefault());
  filter.addEventListener('reset', () => setTimeout(apply));
  for (const button of document.querySelectorAll('button[data-rule]')) {
    button.hidden = false;
    button.addEventListener('click', () => {
      filter.reset();
      document.getElementById('finding').value = `rule:${button.dataset.rule}`;
      apply();
      document.getElementById('tokens').scrollIntoView();
      document.getElementById('finding').focus({ preventScroll: true });
    });
  }

  // Paper has no pages to turn: what the filter leaves is printed, as far as that is sensible.
  addEventListener('beforeprint', () => {
    render(0, printedRows);
    if (shown.length > printedRows) {
      count.textContent = `The first ${number.format(printedRows)} of ${number.format(shown.length)} tokens`;
    }
  });
  addEventListener('afterprint', () => {
    tell();
    show();
  });

  document.getElementById('partial')?.remove();
  filter.hidden = false;
  tell();
  show();
})();
