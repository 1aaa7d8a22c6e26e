// What there is to visit in a library: addresses by the names that pictures and
// faults are called after.

/** Addresses whose answer is no 200, on purpose. */
export const expected = { badquery: 400, missing: 404, badparameter: 400 };

/** The pages open to everybody on the server at `base`, by name. */
export async function addresses(base) {
  // A record with as much to show as possible, and one of every kind.
  const ask = async (query) => (await fetch(`${base}/api/v1/search?${query}`)).json();
  const paths = {
    home: "/",
    advanced: "/search/advanced",
    refine: `/search/advanced?${new URLSearchParams([["q", '(mặn OR phèn hạn) AND title:lúa AND author:"Nguyễn An"'], ["filter", "type:paper"], ["filter", "year:2015..2020"], ["filter", "venue:Tạp chí"]])}`,
    overlap: "/compare",
    search: "/search?q=n%C4%83ng+l%C6%B0%E1%BB%A3ng",
    explain: "/search?q=rice+salinity&explain=1&sort=newest&filter=language%3Avi",
    all: "/search?page=2",
    nothing: "/search?q=xyzzyqwv+%22kh%C3%B4ng+c%C3%B3%22&filter=type%3Apatent",
    badquery: "/search?q=l%C3%BAa+AND+%28g%E1%BA%A1o",
    help: "/help",
    data: "/help/data",
    about: "/about",
    collections: "/collections",
    status: "/status",
    trends: "/trends?of=type%3Apaper&year=2025",
    trendsside: "/trends?of=type%3Apaper&of=type%3Apatent&of=l%C3%BAa&year=2025",
    emerging: "/trends/emerging?by=institution&year=2024",
    alerts: "/trends/alerts?year=2024",
    api: "/api",
    missing: "/records/kh%C3%B4ng-c%C3%B3",
    badparameter: "/search?page=x",
  };
  for (const kind of ["paper", "patent", "dataset", "thesis", "task"]) {
    const { hits } = await ask(`filter=type:${kind}&limit=1&sort=newest`);
    if (hits.length) paths[kind] = new URL(hits[0].url).pathname;
  }
  // A snippet with a page number comes from the full text of a document.
  const { hits: found } = await ask(`limit=50&q=${encodeURIComponent("phương pháp")}`);
  const document = found.find((hit) => hit.page);
  if (!document) throw new Error("no sample document is found by its full text");
  paths.document = new URL(document.url).pathname;
  paths.reading = `${paths.document}/read?page=${document.page}&q=${encodeURIComponent("phương pháp")}`;
  paths.login = "/login";
  paths.answers = `/answers?q=${encodeURIComponent("Giống lúa nào chịu mặn?")}`;
  // Fields and topics with most records, where topics were built.
  const { topics } = await (await fetch(`${base}/api/v1/topics`)).json();
  topics.sort((a, b) => b.size - a.size);
  const field = topics.find((topic) => topic.parent === null);
  const topic = topics.find((topic) => topic.parent !== null);
  if (field && topic) Object.assign(paths, { topics: "/topics", map: "/topics/map", field: `/topics/${field.topic}`, topic: `/topics/${topic.topic}` });
  else console.error("SKIPPED: pages of topics (run trithuc topics build first)");
  // Whoever has most works.
  const { facets: named } = await ask("limit=0&facet=author&facet=institution");
  for (const [facet, address] of [["author", "authors"], ["institution", "institutions"]]) {
    const [most] = named[facet] ?? [];
    if (most) paths[facet] = `/${address}/${encodeURIComponent(most.value)}`;
  }
  // Topics beside each other over the years, and institutions.
  const beside = (names) => `/trends?${new URLSearchParams([...names.map((name) => ["of", name]), ["year", "2025"]])}`;
  const leaves = topics.filter((one) => one.parent !== null).slice(0, 3);
  if (leaves.length > 1) paths.comparetopics = beside(leaves.map((one) => `topic:${one.topic}`));
  const institutions = (named.institution ?? []).slice(0, 3);
  if (institutions.length > 1) paths.compareinstitutions = beside(institutions.map((one) => `institution:${one.value}`));
  return paths;
}
