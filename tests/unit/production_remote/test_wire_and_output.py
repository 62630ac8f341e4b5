"""The launcher's lines, and how much of a command's output is kept."""

import shlex

from bot.production.ssh.output import HEAD, TAIL, Output, clean
from bot.production.ssh.wire import Ready, WireOutput, ending, go, launcher, read_ready, read_said


def test_ready_is_found_among_what_a_login_prints() -> None:
    seen = b"Welcome!\nab12 ready\nff00 ready 7 8\n\nab12 ready 4711 1700000000\n"
    assert read_ready(seen, "ab12") == Ready(group=4711, now=1700000000)


def test_half_a_line_is_not_ready_yet() -> None:
    assert read_ready(b"\nab12 ready 4711 1700", "ab12") is None


def test_only_the_launchers_own_words_count() -> None:
    assert read_said(b"ab12 started\n", "ab12") is WireOutput.STARTED
    assert read_said(b"ab12 late\n", "ab12") is WireOutput.LATE
    assert [
        read_said(line, "ab12") for line in (b"", b"cd34 started\n", b"ab12 whatever\n", b"ab12 started now\n")
    ] == [None] * 4


def test_the_order_carries_the_deadline_and_the_commands_length_in_bytes() -> None:
    assert go("echo ä\n", until=99) == "go 99 7\necho ä".encode()


def test_what_a_login_shell_reads_is_one_line_with_nothing_of_the_command_in_it() -> None:
    for line in (launcher("ab12"), ending(4711)):
        assert "\n" not in line
        assert shlex.split(line)[:3] == ["exec", "/bin/sh", "-c"]


def test_short_output_is_kept_whole() -> None:
    output = Output()
    output.feed(b"one\ntwo")
    assert (output.text(), output.last_line(), output.size) == ("one\ntwo", "one", 7)


def test_long_output_keeps_whole_lines_of_both_ends_and_says_what_is_missing() -> None:
    output = Output()
    for number in range(100_000):
        output.feed(f"line {number}\n".encode())
    text = output.text()
    head, tail = text.split("\n… ")[0], text.split("left out …\n")[1]
    assert head.startswith("line 0\n")
    assert tail.endswith("line 99999\n")
    assert all(line.startswith("line ") for line in (head + "\n" + tail).splitlines())
    assert len(text) <= HEAD + TAIL + 100
    assert "KB left out …" in text


def test_one_endless_line_is_left_out_whole() -> None:
    output = Output()
    output.feed(b"x" * 1_000_000)
    assert output.text() == "… 1.0 MB left out …\n"


def test_a_line_that_nobody_reads_is_left_out_whole() -> None:
    output = Output()
    output.feed(b"one\n" + b"x" * 5000 + b"\ntwo\n")
    assert output.text() == "one\n… a line of 5.0 KB left out …\ntwo\n"


def test_no_half_line_is_told_while_it_runs() -> None:
    output = Output()
    output.feed(b"secret " * 1000 + b"\n")
    assert output.last_line() == ""


def test_the_last_line_is_the_last_whole_one_with_words() -> None:
    output = Output()
    output.feed(b"one\r\n\n   \nhalf a sec")
    assert output.last_line() == "one"


def test_what_would_move_a_cursor_is_gone() -> None:
    assert clean(b"\x1b[31mred\x1b[0m\x1b]0;title\x07 a\rb\x00\xff") == "red a\nb\ufffd"
