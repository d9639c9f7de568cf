"""Print the worst error of every oracle set: ``python -m tests.worst_errors``."""

from __future__ import annotations

from decimal import Decimal

from tests.oracles import read_data, read_json, solution_errors, solved_sets


def main():
    worst = {}
    for name, method in solved_sets():
        errors = solution_errors(name, method)
        ulp = errors.pop("ulp")
        quantity = max(errors, key=errors.get)
        worst[name, method] = errors[quantity]
        print(f"{name:22} {method:5} {errors[quantity]:8.1e}  {quantity:14} locations {ulp:4.1f} ulp")
    for name, entry in read_json("nist", "certified.json").items():
        exact, data = entry["exact_binary_double_data_50digits"], read_data("nist", f"{name}.csv")
        pairs = (("within", data.ss_within.sum(), "SS_within"), ("between", data.ss_between, "SS_between"))
        for part, got, key in pairs:
            error = abs(Decimal(float(got)) / Decimal(exact[key]) - 1)
            print(f"nist {name:17} {part:8} {float(error):8.1e}")
    print("worst:", max(worst.values()))


if __name__ == "__main__":
    main()
