"""Cases for official clients whose packages carry no tests of their own; scripts/official_suites.py runs them."""
