-- +goose Up
CREATE INDEX assistance_benefit_walk ON assistance_benefit (service, region, id);
-- What a benefit is worth from a later month on; its first amount stays with it.
CREATE TABLE assistance_amount (
    id      TEXT   PRIMARY KEY,
    benefit TEXT   NOT NULL REFERENCES assistance_benefit (id),
    since   TEXT   NOT NULL,            -- first month, 2026-04
    amount  BIGINT NOT NULL,            -- 分 a month
    version TEXT   NOT NULL,            -- rules and parameters that gave it
    why     TEXT   NOT NULL,            -- document
    run     TEXT   NOT NULL,            -- recomputation; empty: none
    made_at BIGINT NOT NULL
);
CREATE INDEX assistance_amount_benefit ON assistance_amount (benefit, since, id);
-- What is owed beside the monthly amounts, to the family or by it.
CREATE TABLE assistance_due (
    id         TEXT   PRIMARY KEY,
    benefit    TEXT   NOT NULL REFERENCES assistance_benefit (id),
    run        TEXT   NOT NULL,
    kind       TEXT   NOT NULL,         -- arrears, over
    amount     BIGINT NOT NULL CHECK (amount > 0),
    months     TEXT   NOT NULL,         -- JSON: the amount of each month
    state      TEXT   NOT NULL,         -- open, settled, waived
    why        TEXT   NOT NULL,
    made_at    BIGINT NOT NULL,
    settled    BIGINT NOT NULL DEFAULT 0, -- 分 that were paid or offset
    settled_at BIGINT NOT NULL DEFAULT 0,
    CHECK (settled <= amount)
);
CREATE UNIQUE INDEX assistance_due_once ON assistance_due (run, benefit, kind);
CREATE INDEX assistance_due_benefit ON assistance_due (benefit, state, made_at, id);
CREATE TABLE assistance_recompute (
    id            TEXT   PRIMARY KEY,
    form_key      TEXT   NOT NULL UNIQUE,
    service       TEXT   NOT NULL,
    title         TEXT   NOT NULL,
    short         TEXT   NOT NULL,
    region        TEXT   NOT NULL,
    version       TEXT   NOT NULL,      -- rules and parameters that it works with
    first_month   TEXT   NOT NULL,
    last_month    TEXT   NOT NULL,
    document      TEXT   NOT NULL,      -- 文号
    why           TEXT   NOT NULL,      -- one sentence for residents
    state         TEXT   NOT NULL,      -- computing, ready, confirming, confirmed, dropped
    orderer       TEXT   NOT NULL,
    orderer_name  TEXT   NOT NULL,
    ordered_at    BIGINT NOT NULL,
    decider       TEXT   NOT NULL DEFAULT '',
    decider_name  TEXT   NOT NULL DEFAULT '',
    decided_at    BIGINT NOT NULL DEFAULT 0,
    claim         TEXT   NOT NULL DEFAULT '', -- why overpayments are claimed back; empty: they are not
    lower         TEXT   NOT NULL DEFAULT '', -- how families were heard before less is paid; empty: it is not
    cursor_region TEXT   NOT NULL DEFAULT '', -- where the work stands: the last benefit that is done
    cursor_id     TEXT   NOT NULL DEFAULT '',
    done          BIGINT NOT NULL DEFAULT 0,
    total         BIGINT NOT NULL,
    begun_at      BIGINT NOT NULL DEFAULT 0,  -- of the present work
    computed_at   BIGINT NOT NULL DEFAULT 0,
    finished_at   BIGINT NOT NULL DEFAULT 0,
    failure       TEXT   NOT NULL DEFAULT '', -- a sentence for the reader
    revision      BIGINT NOT NULL DEFAULT 0   -- goes up with every exclusion
);
CREATE INDEX assistance_recompute_open ON assistance_recompute (service, state);
CREATE INDEX assistance_recompute_listed ON assistance_recompute (ordered_at, id);
CREATE TABLE assistance_recompute_line (
    run      TEXT   NOT NULL REFERENCES assistance_recompute (id),
    benefit  TEXT   NOT NULL REFERENCES assistance_benefit (id),
    case_id  TEXT   NOT NULL,
    region   TEXT   NOT NULL,
    township TEXT   NOT NULL,
    kind     TEXT   NOT NULL,           -- arrears, over, both, same, unknown
    arrears  BIGINT NOT NULL,           -- 分
    over     BIGINT NOT NULL,
    goes_on  BIGINT NOT NULL,           -- 1: it runs in the month after the last
    now      BIGINT NOT NULL,           -- recorded for that month
    next     BIGINT NOT NULL,           -- by the rules of the run
    months   TEXT   NOT NULL,           -- JSON: month by month
    excluded TEXT   NOT NULL DEFAULT '', -- sealed reason
    state    TEXT   NOT NULL DEFAULT '', -- what became of it: done, kept, excluded, changed
    PRIMARY KEY (run, benefit)
);
CREATE INDEX assistance_recompute_line_walk ON assistance_recompute_line (run, region, benefit);
CREATE INDEX assistance_recompute_line_kind ON assistance_recompute_line (run, kind, region, benefit);
CREATE INDEX assistance_recompute_line_excluded ON assistance_recompute_line (run, excluded);
CREATE INDEX assistance_recompute_line_state ON assistance_recompute_line (run, state);
-- Sums of lines, by township; month is empty for those over all months.
CREATE TABLE assistance_recompute_total (
    run        TEXT   NOT NULL,
    township   TEXT   NOT NULL,
    month      TEXT   NOT NULL,
    households BIGINT NOT NULL,
    arrears_n  BIGINT NOT NULL,
    arrears    BIGINT NOT NULL,
    over_n     BIGINT NOT NULL,
    over       BIGINT NOT NULL,
    same_n     BIGINT NOT NULL,
    unknown_n  BIGINT NOT NULL,
    more       BIGINT NOT NULL,         -- 分 a month from the next month on
    less       BIGINT NOT NULL,
    PRIMARY KEY (run, township, month)
);
