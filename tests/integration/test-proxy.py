#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gpudesk-proxy as one viewer at a time sees it."""

import os
import shutil
import signal
import socket
import time
import unittest

from lib import handoff, proxytest, rfb
from lib.activator import listen_tcp
from lib.handoff import CHALLENGED, NOT_POSSIBLE, TAKEN
from lib.process import run, wait_until
from lib.proxytest import PROGRAM, RIGHT, WRONG, ProxyTest, Request


class HandshakeTest(ProxyTest):
    def test_versions(self):
        scraper = self.start_scraper()
        self.start_proxy()
        for asked, spoken in ((3, 3), (7, 7), (8, 8), (5, 3), (889, 3), (0, 3)):
            viewer = self.view()
            challenge = viewer.read_challenge(asked)
            viewer.send(RIGHT)
            self.assertIsNone(viewer.read_result())
            request = scraper.requests[-1]
            self.assertEqual(request.minor, spoken)
            self.assertEqual(request.challenge, challenge)
            self.assertEqual(request.response, RIGHT)
            self.assertEqual(request.n_descriptors, 1)
            self.assertEqual(request.peer, "127.0.0.1:%d" % viewer.socket.getsockname()[1])

    def test_the_scraper_is_asked_only_by_who_speaks_rfb(self):
        scraper = self.start_scraper()
        self.start_proxy()
        for minor, said in ((3, b""), (8, b""), (8, b"RFB 003.008\n"), (8, b"RFB 003.008\n\1"),
                            (8, b"GET / HTTP/1.1\r\n\r\n"), (3, b"RFB 003.003")):
            viewer = self.view()
            viewer.send(said)
            viewer.read(12)
            self.view().read_challenge(minor)
        self.assertEqual(scraper.n_asked, 6)

    def test_byte_by_byte(self):
        self.start_scraper()
        self.start_proxy()
        viewer = self.view()
        for byte in b"RFB 003.008\n\2" + RIGHT:
            viewer.send(bytes([byte]))
            time.sleep(0.002)
        self.assertEqual(viewer.read(12 + 2 + 16)[:14], b"RFB 003.008\n\1\2")
        self.assertIsNone(viewer.read_result())

    def test_bytes_sent_ahead_stay_in_the_socket(self):
        scraper = self.start_scraper()
        self.start_proxy()
        viewer = self.view()
        viewer.send(b"RFB 003.008\n\2" + RIGHT + b"\1the rest")
        viewer.read(12 + 2 + 16)
        self.assertIsNone(viewer.read_result())
        request = scraper.requests[0]
        self.assertEqual(request.viewer.recv(100), b"\1the rest")
        request.viewer.sendall(b"from the scraper")
        self.assertEqual(viewer.read(16), b"from the scraper")

    def test_the_socket_is_the_scrapers_alone_afterwards(self):
        scraper = self.start_scraper()
        proxy = self.start_proxy()
        before = self.count_at_rest(proxy)
        viewer = self.view()
        self.assertIsNone(viewer.log_in())
        wait_until(lambda: proxy.count_descriptors() == before, "the proxy to close its copy")
        scraper.requests[0].viewer.close()
        self.assertTrue(viewer.is_closed())

    def test_socket_options(self):
        scraper = self.start_scraper()
        self.start_proxy()
        self.assertIsNone(self.view().log_in())
        options = scraper.requests[0].viewer

        def get(level, name):
            return options.getsockopt(level, name)
        self.assertEqual(get(socket.IPPROTO_TCP, socket.TCP_NODELAY), 1)
        self.assertEqual(get(socket.SOL_SOCKET, socket.SO_KEEPALIVE), 1)
        self.assertLess(get(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT), 60000)
        self.assertLess(get(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) +
                        get(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) *
                        get(socket.IPPROTO_TCP, socket.TCP_KEEPCNT), 60)

    def test_several_at_the_same_time(self):
        self.start_scraper()
        self.start_proxy()
        viewers = [self.view() for _ in range(5)]
        for viewer in viewers:
            viewer.read_challenge()
        for viewer in reversed(viewers):
            viewer.send(RIGHT)
            self.assertIsNone(viewer.read_result())

    def test_ipv6_and_two_sockets(self):
        scraper = self.start_scraper()
        self.write_config("allow = ::1, 127.0.0.1")
        ipv6 = listen_tcp("::1")
        self.addCleanup(ipv6.close)
        self.start_proxy(sockets=[self.listening, ipv6])
        self.assertIsNone(self.view().log_in())
        viewer = self.view(address=ipv6.getsockname()[:2])
        self.assertIsNone(viewer.log_in())
        self.assertEqual(scraper.requests[-1].peer, "[::1]:%d" % viewer.socket.getsockname()[1])


class BadPeerTest(ProxyTest):
    def test_garbage_for_a_version(self):
        proxy = self.start_proxy()
        for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 12, b"\xff" * 4096, b"RFB 003.008 ",
                        b"RFB 00x.008\n", b"RFB 003.-08\n", b"rfb 003.008\n"):
            viewer = self.view()
            viewer.read(12)
            viewer.send(garbage)
            self.assertTrue(viewer.is_closed(), garbage)
        self.assertIn("the viewer does not speak RFB", proxy.read_log())

    def test_other_major_version(self):
        self.start_proxy()
        for version in (b"RFB 004.001\n", b"RFB 002.002\n", b"RFB 000.000\n", b"RFB 999.999\n"):
            viewer = self.view()
            viewer.read(12)
            viewer.send(version)
            self.assertEqual(viewer.read(1), b"\0")
            self.assertIn("3.8", viewer.read_text())
            self.assertTrue(viewer.is_closed())

    def test_security_type_that_was_not_offered(self):
        scraper = self.start_scraper()
        self.start_proxy()
        for minor in (7, 8):
            for kind in (0, 1, 3, 16, 255):
                viewer = self.view()
                viewer.send_version(minor)
                viewer.read(2)
                viewer.send(bytes([kind]) + b"\1" * 100)
                self.assertIsNotNone(viewer.read_result())
                self.assertTrue(viewer.is_closed())
        self.assertEqual(scraper.requests, [])

    def test_vanishing_at_every_byte(self):
        scraper = self.start_scraper()
        proxy = self.start_proxy()
        before = self.count_at_rest(proxy)
        for minor, text in ((3, b"RFB 003.003\n" + RIGHT), (8, b"RFB 003.008\n\2" + RIGHT)):
            for n in range(len(text)):
                for leave in ("close", "reset"):
                    viewer = self.view()
                    viewer.send(text[:n])
                    getattr(viewer, leave)()
        wait_until(lambda: proxy.count_descriptors() == before, "the proxy to close them all")
        self.assertEqual(scraper.requests, [])
        self.assertIsNone(self.view().log_in())

    def test_half_closed_after_the_response(self):
        def hold(request):
            held.append(request.connection.recv(1))
        held = []
        scraper = self.start_scraper(hold)
        self.start_proxy()
        viewer = self.view()
        viewer.answer(RIGHT)
        wait_until(lambda: scraper.requests, "the request")
        viewer.socket.shutdown(socket.SHUT_WR)
        wait_until(lambda: held == [b""], "the scraper to see the end")

    def test_silence_ends_after_ten_seconds(self):
        self.start_scraper()
        self.start_proxy()
        begin = time.monotonic()
        silent, slow = self.view(), self.view()
        slow.read_challenge()
        while not silent.is_closed():
            pass
        self.assertGreaterEqual(time.monotonic() - begin, 9.5)
        slow.send(RIGHT)
        slow.read_result()


class ScraperTest(ProxyTest):
    def test_vanishing_while_the_scraper_decides(self):
        def hold(request):
            held.append(request.connection.recv(1))
        for leave in ("close", "reset"):
            held = []
            scraper = self.start_scraper(hold)
            proxy = self.start_proxy()
            before = self.count_at_rest(proxy)
            viewer = self.view()
            viewer.answer(RIGHT)
            wait_until(lambda: scraper.requests, "the request")
            getattr(viewer, leave)()
            wait_until(lambda: held == [b""], "the scraper to see the end")
            wait_until(lambda: proxy.count_descriptors() == before, "the proxy to close all")
            self.start_over()

    def test_not_possible(self):
        reason = "exouser has no graphical session: GDM shows its login screen. Größe".encode()
        self.start_scraper(lambda request: request.answer(NOT_POSSIBLE, reason))
        proxy = self.start_proxy()
        for minor, expected in ((3, ""), (7, ""), (8, reason.decode())):
            viewer = self.view()
            self.assertEqual(viewer.log_in(minor=minor), expected)
            self.assertTrue(viewer.is_closed())
        self.assertIn(reason.decode(), proxy.read_log())

    def test_not_possible_without_a_reason(self):
        self.start_scraper(lambda request: request.answer(NOT_POSSIBLE))
        self.start_proxy()
        self.assertIn("cannot be shown", self.view().log_in())

    def test_the_reason_arrives_although_the_viewer_sent_ahead(self):
        self.start_scraper(lambda request: request.answer(NOT_POSSIBLE, b"because"))
        self.start_proxy()
        viewer = self.view()
        viewer.send(b"RFB 003.008\n\2" + RIGHT + b"\1" + b"ahead" * 1000)
        viewer.read(12 + 2 + 16)
        time.sleep(0.2)
        self.assertEqual(viewer.unpack(">I"), (1,))
        self.assertEqual(viewer.read_text(), "because")

    def test_scraper_that_comes_late(self):
        proxy = self.start_proxy()
        viewer = self.view()
        viewer.ask()
        wait_until(lambda: "waiting for the scraper" in proxy.read_log(), "the proxy to wait")
        self.start_scraper()
        viewer.read(16)
        viewer.send(RIGHT)
        self.assertIsNone(viewer.read_result())

    def test_scraper_whose_socket_is_dead_at_first(self):
        dead = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        dead.bind(self.scraper_path)
        dead.close()
        proxy = self.start_proxy()
        viewer = self.view()
        viewer.ask()
        wait_until(lambda: "waiting for the scraper" in proxy.read_log(), "the proxy to wait")
        os.unlink(self.scraper_path)
        self.start_scraper()
        viewer.read(16)
        viewer.send(RIGHT)
        self.assertIsNone(viewer.read_result())

    def test_scraper_that_dies_when_asked(self):
        def die_once(connection, challenge):
            if scraper.n_asked == 1:
                connection.close()
            else:
                proxytest.give_challenge(connection, challenge)
        scraper = self.start_scraper(challenge=die_once)
        self.start_proxy()
        self.assertIsNone(self.view().log_in())
        self.assertEqual(scraper.n_asked, 2)

    def test_scraper_that_dies_again_and_again(self):
        scraper = self.start_scraper(challenge=lambda connection, _: connection.close())
        self.start_proxy()
        for minor, reason in ((3, None), (7, ""), (8, "keeps ending")):
            before = scraper.n_asked
            viewer = self.view()
            if minor == 3:
                self.assertIn("keeps ending", viewer.read_refusal(minor))
            else:
                # It is told why after a challenge, which nobody checks.
                self.assertIn(reason, viewer.log_in(minor=minor))
            self.assertTrue(viewer.is_closed())
            self.assertIn(scraper.n_asked - before, range(2, 5))

    def test_scraper_that_dies_with_its_challenge(self):
        """Another one could not check the response: the viewer has to connect again."""
        for die in (lambda r: r.connection.shutdown(socket.SHUT_RDWR), None):
            scraper = self.start_scraper(die)
            self.start_proxy()
            viewer = self.view()
            viewer.read_challenge()
            if die:
                viewer.send(RIGHT)
            else:
                for connection in scraper.connections:
                    connection.shutdown(socket.SHUT_RDWR)
            self.assertIn("connect again", viewer.read_result())
            self.assertTrue(viewer.is_closed())
            self.assertEqual(scraper.n_asked, 1)
            self.start_over()

    def test_challenge_that_expires(self):
        """The scraper says so while the proxy waits for the viewer's response."""
        scraper = self.start_scraper()
        self.start_proxy()
        viewer = self.view()
        viewer.read_challenge()
        scraper.connections[0].send(handoff.pack_answer(NOT_POSSIBLE, b"too late"))
        self.assertEqual(viewer.read_result(), "too late")
        self.assertTrue(viewer.is_closed())

    def test_scraper_of_another_version(self):
        """Its answers have the same form in all versions."""
        self.start_scraper(challenge=lambda connection, _: connection.send(
            handoff.pack_answer(NOT_POSSIBLE, b"gpudesk was upgraded")))
        self.start_proxy()
        self.assertEqual(self.view().log_in(), "gpudesk was upgraded")

    def test_scraper_that_talks_nonsense(self):
        for answer in (lambda r: r.answer(5), lambda r: r.answer(TAKEN, magic=1),
                       lambda r: r.answer(CHALLENGED, b"x" * 16),
                       lambda r: r.answer(NOT_POSSIBLE, b"x" * 448),
                       lambda r: r.connection.send(b"short"),
                       lambda r: r.connection.send(b"l" * 4096)):
            self.start_scraper(answer)
            self.start_proxy()
            viewer = self.view()
            self.assertIn("does not answer", viewer.log_in())
            self.assertTrue(viewer.is_closed())
            self.start_over()

    def test_scraper_that_talks_nonsense_instead_of_a_challenge(self):
        for message in (handoff.pack_answer(TAKEN), handoff.pack_answer(5), b"short",
                        handoff.pack_answer(CHALLENGED, b"x" * 16)[:-1]):
            self.start_scraper(challenge=lambda connection, _, m=message: connection.send(m))
            self.start_proxy()
            viewer = self.view()
            self.assertIn("does not answer", viewer.log_in())
            self.assertTrue(viewer.is_closed())
            self.start_over()

    def test_no_scraper_at_all(self):
        self.write_config("session_wait = 0")
        proxy = self.start_proxy()
        viewer = self.view()
        self.assertIn("does not start", viewer.log_in())
        self.assertIn(self.scraper_path, proxy.read_log())

    def test_waiting_has_no_limit_of_its_own(self):
        requests = []
        self.start_scraper(requests.append)
        self.start_proxy()
        viewer = self.view()
        viewer.answer(RIGHT)
        time.sleep(11)  # longer than the handshake may take
        requests[0].take()
        self.assertIsNone(viewer.read_result())


class ConfigTest(ProxyTest):
    def test_address_that_is_not_allowed(self):
        self.write_config("allow = 10.0.0.0/8, 127.0.0.2")
        scraper = self.start_scraper()
        proxy = self.start_proxy()
        for minor in (3, 7, 8):
            viewer = self.view()
            reason = viewer.read_refusal(minor)
            self.assertIn("not allowed from where you connect", reason)
            self.assertNotIn("gpudesk.conf", reason)
            self.assertTrue(viewer.is_closed())
        self.assertIsNone(self.view(source="127.0.0.2").log_in())
        self.assertEqual(len(scraper.requests), 1)
        self.assertIn("127.0.0.1 is not allowed; see allow in " + self.config_path,
                      proxy.read_log())

    def test_bad_value_that_guards_access(self):
        self.write_config("\nallow = everybody")
        scraper = self.start_scraper()
        proxy = self.start_proxy()
        reason = self.view().read_refusal()
        self.assertIn("configuration has an error", reason)
        for secret in "gpudesk.conf", "allow", "everybody":
            self.assertNotIn(secret, reason)
        self.assertRegex(proxy.read_log(), r"refused: \S*gpudesk.conf:2: allow: .*everybody")
        self.assertEqual(scraper.requests, [])

    def test_file_that_changes(self):
        self.start_scraper()
        self.start_proxy()
        self.assertIsNone(self.view().log_in())
        self.write_config("allow = 10.0.0.0/8")
        self.assertIn("not allowed", self.view().read_refusal())
        self.write_config("allow = 127.0.0.1")
        self.assertIsNone(self.view().log_in())
        os.unlink(self.config_path)
        self.assertIsNone(self.view().log_in())

    def test_no_secret_is_logged(self):
        self.write_config("log_level = debug")
        self.start_scraper()
        proxy = self.start_proxy()
        self.assertIsNone(self.view().log_in())
        self.assertIsNotNone(self.view().log_in(WRONG))
        for secret in (RIGHT, WRONG):
            self.assertNotIn(secret.decode(), proxy.read_log())
            self.assertNotIn(secret.hex(), proxy.read_log())
        self.assertIn("handed over", proxy.read_log())
        self.assertIn("wrong password", proxy.read_log())


class LifeTest(ProxyTest):
    def test_exit_when_idle(self):
        proxy = self.start_proxy("--exit-idle-time", "300ms")
        self.assertEqual(proxy.wait(), 0)
        self.assertEqual(proxy.notify.recv(100), b"STOPPING=1")

    def test_no_exit_while_a_handshake_is_under_way(self):
        self.start_scraper()
        proxy = self.start_proxy("--exit-idle-time", "100ms")
        viewer = self.view()
        viewer.read_challenge()
        time.sleep(0.5)
        self.assertTrue(proxy.is_running())
        viewer.send(RIGHT)
        self.assertIsNone(viewer.read_result())
        self.assertEqual(proxy.wait(), 0)

    def test_nobody_is_lost_between_two_proxies(self):
        self.start_scraper()
        for _ in range(30):
            proxy = self.start_proxy("--exit-idle-time", "1ms")
            viewer = self.view()
            viewer.socket.setblocking(False)
            while not viewer.can_read():
                # As systemd does: whoever is still in the backlog starts the next one.
                if not proxy.is_running():
                    proxy = self.start_proxy("--exit-idle-time", "10s")
                time.sleep(0.001)
            viewer.socket.settimeout(rfb.PATIENCE)
            self.assertIsNone(viewer.log_in())
            proxy.end()

    def test_never_idle(self):
        self.start_scraper()
        proxy = self.start_proxy("--exit-idle-time", "never")
        with self.view() as viewer:
            viewer.read_challenge()
        time.sleep(0.3)
        self.assertTrue(proxy.is_running())

    def test_sigterm_tells_those_who_wait(self):
        held = []
        self.start_scraper(held.append)
        for number in (signal.SIGTERM, signal.SIGINT):
            proxy = self.start_proxy()
            waiting, silent = self.view(), self.view()
            waiting.answer(RIGHT)
            silent.read(12)
            wait_until(lambda: held, "the request")
            os.kill(proxy.pid, number)
            self.assertIn("being stopped", waiting.read_result())
            self.assertTrue(waiting.is_closed())
            self.assertTrue(silent.is_closed())
            self.assertEqual(proxy.wait(), 0)
            held.pop().close()

    def test_sockets_that_are_none(self):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        unix = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        unix.bind(os.path.join(self.directory, "unix"))
        unix.listen()
        connected, other = socket.socketpair()
        self.addCleanup(other.close)
        idle = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        for bad in (udp, unix, connected, idle):
            self.addCleanup(bad.close)
            proxy = self.launch_proxy(sockets=[self.listening, bad])
            self.assertEqual(proxy.wait(), 1)
            self.assertIn("descriptor 4 in LISTEN_FDS is not a listening TCP socket",
                          proxy.read_log())

    @unittest.skipUnless(shutil.which("systemd-socket-activate"), "no systemd-socket-activate")
    def test_systemd_socket_activate(self):
        self.start_scraper()
        port = self.address[1]
        self.listening.close()
        activator = self.start("systemd-socket-activate", "-l", "127.0.0.1:%d" % port, PROGRAM,
                               "--config", self.config_path, "--scraper-socket",
                               self.scraper_path, "--exit-idle-time", "100ms")
        viewer = wait_until(self.try_to_connect, "systemd-socket-activate")
        self.assertIsNone(viewer.log_in())
        self.assertEqual(activator.wait(), 0)

    def try_to_connect(self):
        try:
            return self.view()
        except ConnectionRefusedError:
            return None

    def test_command_line(self):
        done = run("proxy/gpudesk-proxy")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no listening socket", done.stderr)
        done = run("proxy/gpudesk-proxy", "--help")
        self.assertEqual(done.returncode, 0)
        for option in ("--config", "--scraper-socket", "--exit-idle-time", "--version"):
            self.assertIn(option, done.stdout)
        done = run("proxy/gpudesk-proxy", "--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^gpudesk-proxy \S+\n$")
        for bad in (["--nonsense"], ["extra"], ["--exit-idle-time", "soon"],
                    ["--scraper-socket", "/" + "x" * 108], ["--config"]):
            done = run("proxy/gpudesk-proxy", *bad)
            self.assertEqual(done.returncode, 1, bad)
            self.assertNotEqual(done.stderr, "")


if __name__ == "__main__":
    proxytest.main()
