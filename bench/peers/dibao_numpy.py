#!/usr/bin/env python3
"""The rules of 低保 written by hand over numpy columns: the way in which
OpenFisca reckons, without its own costs. Needs python3-numpy.

    python3 bench/peers/dibao_numpy.py --persons 1000000 --regions 3000

It makes families like app/demo/province does (示例数据), and prints one line of
JSON. Amounts are float32 元 as OpenFisca keeps them, or float64, or int64 分
(--type), which cannot do the division exactly.
"""
import argparse
import json
import resource
import time

import numpy as np


def families(persons, regions, rng, kind):
    size = rng.choice([1, 2, 3, 4, 5, 6], size=persons, p=[.25, .30, .23, .13, .06, .03])
    size = size[np.cumsum(size) <= persons]
    of = np.repeat(np.arange(len(size)), size)
    n = len(of)
    poor = np.repeat(rng.random(len(size)) < .18, size)
    adult = rng.integers(0, 86, n)
    money = lambda low, high, chance: np.where(rng.random(n) < chance, rng.integers(low, high + 1, n), 0).astype(kind)
    most = np.where(poor, .25, 1).astype(kind)
    p = {
        "age": adult, "together": rng.random(n) > .02, "local": rng.random(n) > .06, "prison": rng.random(n) < .002, "dead": rng.random(n) < .001,
        "ill": rng.random(n) < .05, "grade": rng.choice(5, n, p=[.94, .015, .015, .015, .015]), "school": rng.choice(6, n),
        "wage": money(900, 9000, .4) * most, "odd": money(200, 4500, .1), "business": money(100, 9000, .08) * most,
        "pension": money(143, 3200, .25), "basic": money(143, 200, .25), "support": money(100, 1200, .04), "cost": money(0, 320, .4),
        "deposits": money(0, 60000, .8) * most, "houses": rng.integers(0, 3, n), "vehicle": money(8000, 160000, .09),
    }
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    region = (np.arange(len(size)) * regions // max(len(size), 1))
    return p, of, first, len(size), region


def work(p, of, first, households, region, standard):
    counted = p["together"] & ~p["prison"] & ~p["dead"]
    total = lambda x: np.bincount(of, weights=np.where(counted, x, 0), minlength=households)
    size = np.bincount(of, weights=counted, minlength=households)
    income = p["wage"] - np.minimum(np.minimum(p["cost"], 300), p["wage"]) + p["odd"] + p["business"] + p["pension"] + p["support"]
    with np.errstate(divide="ignore", invalid="ignore"):
        each = total(income) / size
    line = standard[region]
    local = p["local"][first]
    fits = local & (each < line) & (total(p["deposits"]) <= line * 24 * size) & (total(p["houses"]) <= 1) & (total(p["vehicle"]) <= 30000)
    more = np.select([(p["grade"] == 1) | (p["grade"] == 2), p["ill"], p["age"] >= 60, p["age"] < 18, p["school"] >= 4], [242., 242., 121., 121., 100.], 0.)
    amount = np.where(fits, np.ceil((line - each) * size + total(more)), 0)
    return fits, np.bincount(region, weights=np.nan_to_num(amount), minlength=len(standard))


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--persons", type=int, default=1_000_000)
    a.add_argument("--regions", type=int, default=3000)
    a.add_argument("--type", default="float32", choices=["float32", "float64"])
    a.add_argument("--rounds", type=int, default=5)
    a = a.parse_args()
    rng = np.random.default_rng(39)
    standard = (700 + np.arange(a.regions) * 7919 % 801).astype(a.type)
    f = families(a.persons, a.regions, rng, np.dtype(a.type))
    best = float("inf")
    for _ in range(min(a.rounds, 20)):
        began = time.perf_counter()
        fits, by_county = work(*f, standard)
        best = min(best, time.perf_counter() - began)
    print(json.dumps({
        "persons": len(f[1]), "households": f[3], "regions": a.regions, "type": a.type,
        "calculation_persons_per_second_per_core": len(f[1]) / best, "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "yes": int(fits.sum()), "amount_yuan_a_month": round(float(by_county.sum()), 2), "numpy": np.__version__}))


main()
