#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""packaging/source: versions that are unique and sort right, and archives, with and without .git."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

from lib import chain

SOURCE = pathlib.Path(os.environ["SRCDIR"])
START = 1796000000  # when the first commit was made; each later one a second later
WHO = "The Committer <committer@localhost>"


def run(*command, cwd, env=None):
    return subprocess.run(command, cwd=cwd, check=True, text=True, stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, env=dict(os.environ, **env or {})).stdout.strip()


class Source(unittest.TestCase):
    """A repository with no more of gpudesk than the script uses."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory)
        self.tree = self.directory / "tree"
        (self.tree / "packaging").mkdir(parents=True)
        shutil.copy(SOURCE / "packaging/source", self.tree / "packaging")
        (self.tree / ".gitattributes").write_text("packaging/source export-subst\n")
        (self.tree / ".gitignore").write_text("/build/\n/gpudesk-*.tar.gz\n")
        (self.tree / "configure").write_text("#!/bin/sh\nVERSION=0.2.0\n")
        self.commits = 0
        self.git("init", "-q")
        self.commit()

    def git(self, *arguments):
        when = f"{START + self.commits} +0000"
        return run("git", "-c", "user.name=The Committer", "-c", "user.email=committer@localhost",
                   "-c", "commit.gpgsign=false", *arguments, cwd=self.tree,
                   env={"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when})

    def commit(self):
        self.commits += 1
        (self.tree / "commits").write_text(f"{self.commits}\n")
        self.git("add", ".")
        self.git("commit", "-q", "-m", "a change")

    def say(self, what, tree=None):
        return run((tree or self.tree) / "packaging/source", what, cwd=self.directory)

    def unpack(self, archive, name):
        into = self.directory / name
        with tarfile.open(archive) as packed:
            packed.extractall(into)
        return next(into.iterdir())

    def git_archive(self):
        archive = self.directory / "git.tar"
        self.git("archive", "--prefix=gpudesk/", "-o", str(archive), "HEAD")
        return self.unpack(archive, "git")

    def archive(self, tree=None):
        for old in self.directory.glob("gpudesk-*"):
            old.unlink()
        self.say("archive", tree)
        made, = self.directory.glob("gpudesk-*")
        return made

    def assert_sorted(self, *versions):
        for earlier, later in zip(versions, versions[1:]):
            subprocess.run(["dpkg", "--compare-versions", earlier, "lt", later], check=True)
            if shutil.which("rpm"):
                compared = run("rpm", "--eval", f'%{{lua:print(rpm.vercmp("{earlier}", "{later}"))}}',
                               cwd="/")
                self.assertEqual(compared, "-1")

    def test_a_commit_without_a_tag_has_a_version_of_its_own(self):
        first = self.say("version")
        self.assertRegex(first, r"^0\.2\.0~git20261130\.\d{6}\.[0-9a-f]{7}$")
        self.commit()
        self.assert_sorted("0.1.0", first, self.say("version"), "0.2.0")

    def test_what_is_not_committed_is_newer(self):
        clean = self.say("version")
        (self.tree / "commits").write_text("changed\n")
        dirty = self.say("version")
        self.assertTrue(dirty.endswith(".dirty"))
        os.utime(self.tree / "commits", (START + 100, START + 100))
        self.assert_sorted(clean, self.say("version"))
        os.utime(self.tree / "commits", (START + 200, START + 200))
        self.assert_sorted(clean, self.say("version"), "0.2.0")

    def test_a_tag_is_the_version(self):
        before = self.say("version")
        self.commit()
        self.git("tag", "v0.2.0")
        self.assertEqual(self.say("version"), "0.2.0")
        self.assertEqual(self.say("version", self.git_archive()), "0.2.0")
        self.commit()
        self.assert_sorted(before, "0.2.0", self.say("version"), "0.2.1~git", "0.2.1")

    def test_another_tag_is_not(self):
        self.git("tag", "v0.2.0-rc1")
        self.git("tag", "other-v0.2.0")
        self.assertIn("~git", self.say("version"))
        self.assertIn("~git", self.say("version", self.git_archive()))

    def test_an_archive_knows_what_the_checkout_knew(self):
        tree = self.unpack(self.archive(), "own")
        for other in tree, self.git_archive():
            for what in "version", "date", "maintainer":
                self.assertEqual(self.say(what, other), self.say(what))
        self.assertEqual(self.say("maintainer"), WHO)
        self.assertEqual(self.say("date"), str(START + 1))

    def test_an_archive_of_an_archive_is_the_same(self):
        archive = self.archive()
        first = archive.read_bytes()
        tree = self.unpack(archive, "own")
        self.assertEqual(self.archive(tree).read_bytes(), first)
        (tree / "MANIFEST").unlink()
        self.assertEqual(self.archive(tree).read_bytes(), first)
        self.assertEqual(self.archive().read_bytes(), first)

    def test_git_archives_do_not_need_a_manifest(self):
        tree = self.git_archive()
        for built in "build/gcc", "anywhere":
            (tree / built).mkdir(parents=True)
            (tree / built / "config.status").touch()
            (tree / built / "made.o").touch()
        self.assertEqual(self.say("files", tree), self.say("files"))
        (tree / "config.status").touch()
        with self.assertRaises(subprocess.CalledProcessError):
            self.archive(tree)

    def test_nothing_known_is_said(self):
        shutil.rmtree(self.tree / ".git")
        self.assertRegex(self.say("version"), r"^0\.2\.0~git\d{8}\.\d{6}\.unknown$")
        tree = self.unpack(self.archive(), "own")
        self.assertEqual(self.say("version", tree), self.say("version"))

    def test_a_deleted_file_is_no_file(self):
        (self.tree / "commits").unlink()
        self.assertNotIn("commits", self.say("files").split())
        self.assertTrue(self.say("version").endswith(".dirty"))
        self.archive()

    def test_wrong_words(self):
        done = subprocess.run([self.tree / "packaging/source", "nothing"], stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(re.search(rb"usage:", done.stderr))


if __name__ == "__main__":
    for program in "git", "dpkg":
        if not shutil.which(program):
            print(program, "is not installed")
            sys.exit(77)
    chain.main()
