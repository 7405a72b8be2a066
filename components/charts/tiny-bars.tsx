/** A chart of one row's height: bars against a scale that it shares with its neighbours. Not less than 2 px where there is something. */
export function TinyBars({
  values,
  titles,
  most,
  colour,
}: {
  values: number[];
  /** What each bar says when it is pointed at; the same is in the table of the figure. */
  titles: string[];
  most: number;
  colour: string;
}) {
  return (
    <div className="tiny-bars">
      {values.map((value, place) => (
        <span key={titles[place]} title={titles[place]}>
          {value > 0 ? (
            <i
              className="bar-piece"
              style={{ background: colour, height: `max(2px, ${(value / Math.max(1, most)) * 100}%)` }}
            />
          ) : null}
        </span>
      ))}
    </div>
  );
}
