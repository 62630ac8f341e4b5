"""Which bugs a pull request names, and which it says it fixes: what people, templates and robots write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.forges.common.naming import Named, named

SHOP = "acme/shop"
FIXES = (
    "Fixes BUG-1",
    "closes: BUG-1",
    "Resolved bug-1.",
    "This fixes BUG-1, and more.",
    "Proper fix for BUG-1",
    "Fixes [BUG-1](https://acme.slack.com/archives/C1/p1)",
    "Fixes **BUG-1**",
    "- [x] Fixes BUG-1",
    "| what | which |\n|---|---|\n| fixes BUG-1 | yes |",
    "Fixes #12 and BUG-1",
    "Implements BUG-1",
    "It keeps the index whole.\n\nFixes the bug BUG-1",
    "> Fixes BUG-2\n\nFixes BUG-1",
    "Closes\nBUG-1",
    "**Fixes:** BUG-1",
    "Fixes issue(s) BUG-1",
    "<p>Fixes BUG-1</p>",
)
MENTIONS = (
    "See BUG-1",
    "Part of BUG-1",
    "BUG-1 began here",
    "This does not fix BUG-1",
    "This doesn't really fix BUG-1",
    "Partially fixes BUG-1",
    "- [ ] Fixes BUG-1",
    "We said “fixes BUG-1” last time",
    "hotfix BUG-1",
    "Refs: BUG-1",
    "It does not close BUG-1",
    "- [ ] Closes an open issue (replace the number): Closes BUG-1",
    "Fixes:\n- BUG-1",
    "* BUG-1 adds a feature\n\ncommit-id: 123456",
    "[BUG-1] #done",
    "This does not yet really completely fix BUG-1",
    "This does not\nfix BUG-1",
    "We will fix BUG-1 later",
    "TODO: fix BUG-1 properly",
    "Fixes BUG-1, but only partly",
    "Should someone fix BUG-1 first?",
    "My last attempt failed to fix BUG-1.",
    "PR 212 tried to fix BUG-1 but broke the build",
    "Blocked until we fix BUG-1",
    "Hides the button instead of fixing BUG-1",
    "A refactoring before fixing BUG-1",
)
NOTHING = (
    "`Fixes BUG-1`",
    "```\nFixes BUG-1\n```",
    "~~~text\nFixes BUG-1\n~~~\n",
    "    Fixes BUG-1",
    "> Fixes BUG-1",
    "> > Fixes BUG-1\nand on",
    "- item\n\n  > Fixes BUG-1",
    "<!-- Fixes BUG-1 -->",
    "Text <!-- Fixes BUG-1 --> text",
    "<!-- never closed\n\nFixes BUG-1",
    "~~Fixes BUG-1~~",
    "<pre>Fixes BUG-1</pre>",
    "Fixes https://jira.example.com/browse/BUG-1",
    "Fixes DEBUG-1",
    "Fixes BUG-1.2",
    "Fixes BUG-1-2",
    "Fixes acme/BUG-1",
    "```release-note\nfixes BUG-1\n```",
    "Fixes BUG-",
    "<details><summary>Changelog</summary>Fixes BUG-1</details>",
    "<details>\n<summary>Changelog</summary>\n\n- Fixed BUG-1\n\n</details>",
    "Libfoo <del>fixes BUG-1</del>",
    "",
)
TITLES = {
    "BUG-1 Keep the index whole": "fixes",
    "[BUG-1] Keep the index whole": "fixes",
    "fix(menus): keep the index whole (BUG-1)": "fixes",
    "Part of BUG-1: a test": "mentions",
    "Tests for BUG-1": "mentions",
    "Follow-up to BUG-1": "mentions",
    "Do not fix BUG-1 here": "mentions",
    "Keep the index whole (BUG-1)": "mentions",
    "Draft: BUG-1 Keep the index whole": "fixes",
    "BUG-1, BUG-1: Keep the index whole": "fixes",
    "Hotfix for BUG-1": "fixes",
    "Add a regression test to BUG-1": "mentions",
    "Investigate BUG-1: add logging": "mentions",
    "BUG-1: investigate": "mentions",
    "Roll back the fix of BUG-1": "mentions",
    "Back out BUG-1 fix, it broke checkout": "mentions",
    "Temporary workaround for BUG-1": "mentions",
    "More logging to find out why BUG-1 happens": "mentions",
    "Hide the button until BUG-1 is fixed": "mentions",
    'Revert "BUG-1 Keep the index whole"': "mentions",
    "Speak of `BUG-1`": "mentions",
    "Keep the index whole": "nothing",
    "Read https://acme.example/BUG-1": "nothing",
}
BRANCHES = {
    "bug-1": True,
    "ada/bug-1-keep-menus": True,
    "fix/BUG_1": True,
    "debug-1": False,
    "bug-1x": False,
    "revert-212-ada/bug-1": False,
    "bugfix/bug-1": True,
    "hotfix/bug-1-menus": True,
    "fix-bug-1": True,
    "debug/bug-1-logging": False,
    "repro-bug-1": False,
    "ada/bug-1-repro": False,
    "revert/bug-1": False,
    "dependabot/npm/bug-1": False,
}


def read(body: str = "", title: str = "Mend", branch: str = "mend") -> Named:
    return named(title, body, branch, SHOP)


@pytest.mark.parametrize("body", FIXES)
def test_what_closes_an_issue_fixes_a_bug(body: str) -> None:
    assert read(body).fixes == (1,)


@pytest.mark.parametrize("body", MENTIONS)
def test_a_word_about_a_bug_fixes_nothing(body: str) -> None:
    assert (read(body).fixes, read(body).mentions) == ((), (1,))


@pytest.mark.parametrize("body", NOTHING)
def test_code_quotations_comments_and_other_systems_name_no_bug(body: str) -> None:
    assert read(body) == Named()


@pytest.mark.parametrize(("title", "is_"), TITLES.items())
def test_a_title_names_what_it_fixes_unless_it_says_otherwise(title: str, is_: str) -> None:
    found = read(title=title)
    assert (found.fixes, found.mentions) == {"fixes": ((1,), ()), "mentions": ((), (1,)), "nothing": ((), ())}[is_]


@pytest.mark.parametrize(("branch", "names"), BRANCHES.items())
def test_a_branch_that_is_called_after_a_bug_fixes_it(branch: str, names: bool) -> None:
    assert read(branch=branch).fixes == ((1,) if names else ())


def test_one_pull_request_fixes_several_bugs_and_only_speaks_of_others() -> None:
    found = read("Fixes BUG-1, BUG-2 and BUG-3. It does not touch BUG-4.", title="[BUG-5] Keep menus", branch="bug-6")
    assert (found.fixes, found.mentions) == ((5, 6, 1, 2, 3), (4,))


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("Reverts acme/shop#212", 212),
        ("Reverts Acme/Shop#212", 212),
        ("Reverts #212", 212),
        ("This reverts merge request !212", 212),
        ("It broke the till.\n\nReverts #212", 212),
        ("Reverts pull request #212", 212),
        ("Reverts other/place#212", 0),
        ("It does what #212 did", 0),
        ("> Reverts #212", 0),
        ("We should say when one reverts #212", 0),
    ],
)
def test_what_takes_another_one_back_says_which(body: str, number: int) -> None:
    assert read(body).reverts == number


def test_bugs_with_a_stroke_between_them_are_each_named() -> None:
    assert read("Fixes BUG-1/BUG-2").fixes == (1, 2)


def test_a_huge_description_is_read_at_once() -> None:
    assert read("> " * 20_000 + "\n\n" + "fixes " * 5_000 + "BUG-1").fixes == (1,)


def test_what_a_robot_copies_of_others_changelogs_names_nothing() -> None:
    assert read("Release notes\n\n- Fixed BUG-1", branch="dependabot/npm/libfoo-2") == Named()
    assert named("Bump", "Fixes BUG-1\n\nReverts #212", "main-2", SHOP, "tidy[bot]") == Named(reverts=212)


WORDS = st.lists(st.sampled_from(["really", "this", "the till", "we", "again", "quickly", "PR 212", "it,"]), max_size=4)
CLOSING = st.sampled_from(["fix", "Fixes", "fixed", "closes", "resolve", "Resolving", "implements"])
DENIAL = st.sampled_from(
    [
        "not",
        "doesn't",
        "won't",
        "will",
        "TODO:",
        "to-do",
        "tried to",
        "failed to",
        "until we",
        "instead of",
        "investigate",
        "workaround",
        "back out",
        "roll back",
        "blocked by",
        "cannot",
        "partially",
        "we'll",
        "attempts to",
        "never",
        "follow-up:",
        "before we",
    ]
)


@given(denial=DENIAL, closing=CLOSING, before=WORDS, between=WORDS, after=WORDS, behind=st.booleans())
def test_a_sentence_that_denies_or_postpones_never_pays(
    denial: str, closing: str, before: list[str], between: list[str], after: list[str], *, behind: bool
) -> None:
    claim = f"{closing} BUG-1"
    said = " ".join([*before, *([claim, *between, denial] if behind else [denial, *between, claim]), *after])
    assert read(said, title=said).fixes == ()


@given(closing=CLOSING, before=WORDS, after=WORDS)
def test_a_sentence_that_says_so_plainly_pays(closing: str, before: list[str], after: list[str]) -> None:
    said = " ".join([*before, f"{closing} BUG-1", *after])
    assert (read(said).fixes, read(title=said).fixes) == ((1,), (1,))
