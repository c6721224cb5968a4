/**
 * What a check cannot do without: fetch a page of tags for each image and parse it, eight at a time. Prints the CPU
 * seconds of `rounds` rounds, each by itself, after one that warms up.
 */
const { hub, images, rounds } = JSON.parse(process.argv[2]);

async function page(image) {
  const path = image.includes('/') ? image : `library/${image}`;
  const answer = await fetch(`${hub}/v2/repositories/${path}/tags/?page_size=100&ordering=last_updated`);
  const { results } = JSON.parse(await answer.text());
  return results.length;
}

async function round() {
  const left = [...images];
  const before = process.cpuUsage();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let image = left.pop(); image !== undefined; image = left.pop()) await page(image);
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

await round();
const seconds = [];
for (let i = 0; i < rounds; i++) seconds.push(await round());
console.log(JSON.stringify(seconds));
