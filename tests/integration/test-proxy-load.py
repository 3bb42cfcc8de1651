#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gpudesk-proxy under guessing, crowds and a shortage of descriptors."""

import os
import re
import threading
import time

from lib import netns, proxytest
from lib.activator import listen_tcp
from lib.handoff import NOT_POSSIBLE
from lib.process import wait_until
from lib.proxytest import LOOK, RIGHT, WRONG, ProxyTest


SERVER, FIRST = "10.9.255.1", "10.9.0.1"


class LoadTest(ProxyTest):
    """Viewers come by a cable, each from the address that it wants: to the proxy, all of this
    machine's own addresses are one source."""

    config = "allow = 10.0.0.0/8"

    @classmethod
    def setUpClass(cls):
        cls.cable = netns.Cable(SERVER, "10.9.255.2")
        cls.addClassCleanup(cls.cable.close)
        cls.cable.add_far(*("10.9.%d.%d" % (i, j) for i in (0, 1) for j in range(1, 255)))

    def setUp(self):
        super().setUp()
        self.listening.close()
        self.listening = listen_tcp(SERVER)
        self.addCleanup(self.listening.close)
        self.address = self.listening.getsockname()[:2]

    def view(self, source=None, address=None):
        with self.cable.far():
            return super().view(source or FIRST, address)


def run_all(functions):
    """Runs them at the same time; returns what they returned, in the order of their ends."""
    results = []
    threads = [threading.Thread(target=lambda f=f: results.append(f())) for f in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class GuessingTest(LoadTest):
    def test_delays_grow_and_are_forgotten(self):
        self.start_scraper()
        self.start_proxy()
        for delay in (0.5, 1, 2):
            begin = time.monotonic()
            self.assertEqual(self.view().log_in(WRONG), "wrong password")
            self.assertGreaterEqual(time.monotonic() - begin, delay)
        self.assertIsNone(self.view().log_in(RIGHT))
        begin = time.monotonic()
        self.assertEqual(self.view().log_in(WRONG), "wrong password")
        self.assertGreaterEqual(time.monotonic() - begin, 0.5)

    def test_older_versions_get_no_reason(self):
        self.start_scraper()
        self.start_proxy()
        for minor in (3, 7):
            viewer = self.view()
            self.assertEqual(viewer.log_in(WRONG, minor), "")
            self.assertTrue(viewer.is_closed())

    def test_next_check_waits_although_the_guesser_left(self):
        scraper = self.start_scraper()
        self.start_proxy()
        times = []
        for n in range(3):
            viewer = self.view()
            viewer.answer(WRONG)
            wait_until(lambda: len(scraper.requests) == n + 1, "the check")
            times.append(time.monotonic())
            viewer.close()
        self.assertGreaterEqual(times[1] - times[0], 0.4)
        self.assertGreaterEqual(times[2] - times[1], 0.9)

    def test_one_check_at_a_time_per_source(self):
        under_way, most = [], []

        def decide(request):
            under_way.append(request)
            most.append(len(under_way))
            time.sleep(0.02)
            under_way.remove(request)
            request.take()
        self.start_scraper(decide)
        self.start_proxy()
        viewers = [self.view() for _ in range(20)]
        for viewer in viewers:
            viewer.answer(RIGHT)
        for viewer in viewers:
            self.assertIsNone(viewer.read_result())
        self.assertEqual(max(most), 1)

    def test_sources_do_not_wait_for_each_other(self):
        held = []

        def hold_first(request):
            if request.peer.startswith("10.9.0.1:"):
                held.append(request)
            else:
                request.decide()
        self.start_scraper(hold_first)
        self.start_proxy()
        guesser = self.view()
        guesser.answer(WRONG)
        wait_until(lambda: held, "the first check")
        self.assertIsNone(self.view(source="10.9.0.2").log_in())
        held[0].decide()
        self.assertEqual(guesser.read_result(), "wrong password")

    def test_owner_passes_guessers_of_many_addresses(self):
        scraper = self.start_scraper()
        self.start_proxy()
        self.assertIsNone(self.view().log_in())
        guessers = [self.view(source="10.9.1.%d" % (i + 1)) for i in range(250)]
        for guesser in guessers:
            guesser.answer(WRONG)
        # That of new sources.
        wait_until(lambda: len(scraper.requests) > 60, "the reserve to be used up")
        before = len([r for r in scraper.requests if r.response == WRONG])
        self.assertIsNone(self.view().log_in())
        self.assertLess(before, 100, "the guesses were not slowed down in all")
        # The rest are sent away, but for the newest of them.
        wait_until(lambda: sum(guesser.can_read() for guesser in guessers) >= 249, "all but one")
        told = [guesser.read_result() for guesser in guessers if guesser.can_read()]
        self.assertGreater(told.count("too many others are trying passwords; connect again"), 100)
        self.assertEqual(set(told), {"too many others are trying passwords; connect again",
                                     "wrong password"})

    def test_mistaken_owner_behind_the_same_address(self):
        self.start_scraper()
        self.start_proxy()
        guesser, owner = self.view(), self.view()
        guesser.answer(WRONG)
        owner.answer(RIGHT)
        results = run_all([lambda: ("guesser", guesser.read_result()),
                           lambda: ("owner", owner.read_result())])
        self.assertEqual(dict(results), {"guesser": "wrong password", "owner": None})

    def test_view_only_password_forgives_no_guess(self):
        self.start_scraper()
        proxy = self.start_proxy()
        for n in range(3):
            self.assertEqual(self.view().log_in(WRONG), "wrong password")
            self.assertIsNone(self.view().log_in(LOOK))
        self.assertIn("3 consecutive failures", proxy.read_log())

    def test_full_access_is_remembered_after_the_exit(self):
        os.environ["RUNTIME_DIRECTORY"] = self.directory
        self.addCleanup(os.environ.pop, "RUNTIME_DIRECTORY")
        self.start_scraper()
        proxy = self.start_proxy()
        self.assertIsNone(self.view().log_in(RIGHT))
        proxy.wait_handed_over()
        self.assertIsNone(self.view(source="10.9.0.7").log_in(LOOK))
        proxy.end()
        path = os.path.join(self.directory, "known-sources")
        with open(path, "rb") as file:
            record = file.read()
        # One source, and it is the address that full access came from.
        self.assertEqual(len(record), 8 + 24)
        self.assertIn(bytes([10, 9, 0, 1]), record)
        self.assertNotIn(bytes([10, 9, 0, 7]), record)
        for content, is_ignored in (record, False), (record[:-1], True):
            with open(path, "wb") as file:
                file.write(content)
            proxy = self.start_proxy()
            self.assertEqual("known-sources is ignored" in proxy.read_log(), is_ignored)
            self.assertIsNone(self.view().log_in(RIGHT))
            proxy.end()

    def test_warnings_are_limited(self):
        self.start_scraper(lambda request: request.answer(NOT_POSSIBLE, b"not today"))
        proxy = self.start_proxy()
        for _ in range(15):
            self.assertEqual(self.view().log_in(), "not today")
        self.assertEqual(len(re.findall("not today", proxy.read_log())), 10)


class CrowdTest(LoadTest):
    def test_fifty_at_the_same_time(self):
        self.start_scraper()
        proxy = self.start_proxy()
        rest = self.count_at_rest(proxy)
        viewers = [self.view() for _ in range(50)]
        self.assertEqual(run_all([v.log_in for v in viewers]), [None] * 50)
        wait_until(lambda: proxy.count_descriptors() == rest, "the proxy to close all")

    def test_fifty_while_the_desktop_comes_up(self):
        held = []
        self.start_scraper(lambda request: held.append(request) if not held else request.take())
        self.start_proxy()
        viewers = [self.view() for _ in range(50)]
        for viewer in viewers:
            viewer.answer(RIGHT)
        wait_until(lambda: held, "the first request")
        held[0].take()
        self.assertEqual([v.read_result() for v in viewers], [None] * 50)

    def test_two_hundred_that_say_nothing(self):
        self.start_scraper()
        proxy = self.start_proxy()
        rest = self.count_at_rest(proxy)
        silent = [self.view() for _ in range(200)]
        self.assertIsNone(self.view().log_in())
        self.assertEqual(run_all([self.view().log_in for _ in range(50)]), [None] * 50)
        for viewer in silent:
            viewer.close()
        wait_until(lambda: proxy.count_descriptors() == rest, "the proxy to close all")

    def test_one_more_than_a_source_may_have(self):
        self.start_scraper()
        self.start_proxy()
        viewers = [self.view() for _ in range(65)]
        viewers[-1].read_challenge()
        self.assertEqual(viewers[0].read(12), b"RFB 003.008\n")
        self.assertTrue(viewers[0].is_closed())
        for viewer in viewers[1:-1]:
            viewer.read_challenge()

    def test_one_more_than_there_are_places(self):
        self.start_scraper()
        self.start_proxy()
        viewers = [self.view(source="10.9.0.%d" % (2 + i // 60)) for i in range(256)]
        viewers.append(self.view(source="10.9.0.200"))
        viewers[-1].read_challenge()
        self.assertEqual(viewers[0].read(12), b"RFB 003.008\n")
        self.assertTrue(viewers[0].is_closed())
        for viewer in viewers[1:-1]:
            viewer.read_challenge()

    def test_all_places_of_a_source_wait_for_their_check(self):
        self.write_config(self.config + "\nlog_level = debug")
        self.start_scraper(lambda request: None)
        proxy = self.start_proxy()
        viewers = [self.view() for _ in range(64)]
        for viewer in viewers:
            viewer.answer(RIGHT)
        wait_until(lambda: proxy.read_log().count("answered the challenge") == 64, "all responses")
        # By lot, the new one or one of those that wait.
        late = self.view()
        late.send(b"RFB 003.008\n\2" + RIGHT)
        wait_until(lambda: len(re.findall("too many viewers are waiting|needs its place",
                                          proxy.read_log())) == 1, "one to be closed")
        self.assertEqual(self.view(source="10.9.0.2").read(12), b"RFB 003.008\n")

    def test_thousand_in_a_row(self):
        scraper = self.start_scraper()
        proxy = self.start_proxy()
        rest = self.count_at_rest(proxy)

        def log_in(times):
            for _ in range(times):
                with self.view() as viewer:
                    self.assertIsNone(viewer.log_in())
                self.doSomeCleaning(scraper)
        log_in(300)
        memory = proxy.read_status("VmRSS")
        log_in(700)
        wait_until(lambda: proxy.count_descriptors() == rest, "the proxy to close all")
        if not proxy.is_sanitized():  # which keeps what is freed
            self.assertLess(proxy.read_status("VmRSS") - memory, 4000, "KiB more than after 300")

    def doSomeCleaning(self, scraper):
        while scraper.requests:
            scraper.requests.pop().close()

    def test_junk_does_not_keep_the_owner_out(self):
        self.start_scraper()
        self.start_proxy()
        over = threading.Event()

        def send_junk():
            while not over.is_set():
                with self.view() as viewer:
                    viewer.send(b"junk" * 10)
        junk = [threading.Thread(target=send_junk) for _ in range(4)]
        for thread in junk:
            thread.start()
        try:
            for _ in range(20):
                self.assertIsNone(self.view().log_in())
        finally:
            over.set()
            for thread in junk:
                thread.join()


class ShortageTest(LoadTest):
    def start_with_free_descriptors(self, n):
        proxy = self.start_proxy()
        rest = self.count_at_rest(proxy)
        wait_until(lambda: proxy.count_descriptors() == rest, "the first viewer's to be closed")
        proxy.leave_descriptors(n)
        return proxy

    def test_no_descriptors_left(self):
        for free in 12, 13:
            with self.subTest(free=free):
                self.start_over()
                self.start_scraper()
                proxy = self.start_with_free_descriptors(free)
                silent = [self.view() for _ in range(60)]
                self.assertIsNone(self.view().log_in())
                for viewer in silent:
                    viewer.close()
                self.assertIsNone(self.view().log_in())
                self.assertTrue(proxy.is_running())

    def test_no_descriptors_left_for_a_check(self):
        """Who has answered takes the place of one who says nothing, and waits for none of them."""
        for free in 7, 8:
            with self.subTest(free=free):
                self.start_over()
                held = []
                self.start_scraper(held.append)
                proxy = self.start_with_free_descriptors(free)
                silent = [self.view(source="10.9.1.%d" % (1 + i)) for i in range(5)]
                owners = [self.view(source="10.9.0.%d" % (2 + i)) for i in range(2)]
                for viewer in silent[1:] + owners:
                    viewer.read(12)
                if free == 8:
                    silent[0].read(12)
                for i, owner in enumerate(owners):
                    owner.send(b"RFB 003.008\n\2" + RIGHT)
                    wait_until(lambda: len(held) == i + 1, "a request")
                log = proxy.read_log()
                self.assertNotIn("waiting for the scraper", log)
                dropped = 2 if free == 7 else 1
                self.assertEqual(log.count("closed: a new viewer needs its place"), dropped, log)
                for i, viewer in enumerate(silent):
                    self.assertEqual(viewer.can_read(), i < dropped)
                for request in held:
                    request.take()

    def test_no_descriptors_and_nobody_to_drop(self):
        """Each viewer that is being checked needs two: its own and the scraper's."""
        held = []
        self.start_scraper(held.append)
        proxy = self.start_with_free_descriptors(8)
        viewers = []
        while "cannot accept viewers" not in proxy.read_log():
            viewers.append(self.view(source="10.9.0.%d" % (2 + len(viewers))))
            viewers[-1].send(b"RFB 003.008\n\2" + RIGHT)
            wait_until(lambda: len(held) == len(viewers) or
                       "cannot accept viewers" in proxy.read_log(), "a request")
        taking = threading.Thread(target=self.take_all, args=(held, len(viewers)))
        taking.start()
        for viewer in viewers:
            viewer.read(12 + 2 + 16)
            self.assertIsNone(viewer.read_result())
        taking.join()

    def take_all(self, held, n):
        for i in range(n):
            wait_until(lambda: len(held) > i, "a request")
            held[i].take()


if __name__ == "__main__":
    netns.enter()
    proxytest.main()
