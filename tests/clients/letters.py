"""Letters of saved searches against a mail server of other people's making:
aiosmtpd with STARTTLS, a password, and a certificate of an authority made for
this run. Asks, is agreed to, tells, fails, tells again, and is ended.

    python letters.py TRITHUC FOLDER
"""

import email
import email.policy
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

PROGRAM, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
DATA = FOLDER / "letters"


class Postbox:
    """Keeps what arrives."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):
        assert session.ssl is not None, "the letter came over a plain line"
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append((envelope.rcpt_tos[0], letter))
        return "250 thank you"


def sign_in(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (b"thuvien", b"mat khau")
    return AuthResult(success=right)


def run(*arguments, config):
    environment = dict(os.environ, SSL_CERT_FILE=str(FOLDER / "authority.pem"))
    line = [PROGRAM, "--json", "--data", DATA, "--config", config, *arguments]
    done = subprocess.run(line, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else None


def put(config, *titles):
    lines = [
        json.dumps({"id": f"r-{abs(hash(title))}", "type": "paper", "title": {"vi": title}}) for title in titles
    ]
    path = FOLDER / "records.jsonl"
    path.write_text("\n".join(lines))
    run("ingest", str(path), config=config)


def send(url, **fields):
    body = urllib.parse.urlencode(fields).encode() if fields else None
    with urllib.request.urlopen(urllib.request.Request(url, data=body)) as answer:
        return answer.read().decode()


def main():
    authority = trustme.CA()
    authority.cert_pem.write_to_path(FOLDER / "authority.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    postbox = Postbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        postbox, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True,
        authenticator=sign_in, auth_required=True,
    )
    controller.start()

    def config(name, base, host="localhost", password="mat khau"):
        path = FOLDER / f"{name}.toml"
        path.write_text(
            f"[server]\npublic_url = '{base}'\nalerts.interval_s = 0\n[server.mail]\nhost = '{host}'\nport = {port}\n"
            f"from = 'Thư viện <thuvien@example.vn>'\nuser = 'thuvien'\npassword = '{password}'\n"
        )
        return str(path)

    # The pages first, so that letters hold their true address.
    line = [PROGRAM, "--data", DATA, "--config", config("pages", "http://127.0.0.1"), "serve", "--listen", "127.0.0.1:0"]
    server = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    try:
        base = re.search(r"http://[0-9.:]+", server.stdout.readline()).group(0)
        right = config("right", base)
        run("user", "add", "ban-doc", "--no-password", config=right)
        run("alerts", "add", "ban-doc", "lúa", "--email", "an@example.vn", "--name", "Lúa & mặn", config=right)
        # A name that the certificate does not carry: nothing goes.
        failed = run("alerts", "run", config=config("name", base, host="127.0.0.1"))
        assert (failed["sent"], failed["failed"]) == (0, 1), failed
        assert not postbox.letters
        agree_and_hear(postbox, right)
    finally:
        server.kill()
        controller.stop()
    print("letters: passed")


def wait_over(config, what):
    """Attempts that failed come again after a minute: rounds until it arrived."""
    for _ in range(100):
        done = run("alerts", "run", config=config)
        if what():
            return done
        time.sleep(2)
    raise AssertionError("it never arrived")


def agree_and_hear(postbox, right):
    wait_over(right, lambda: len(postbox.letters) == 1)
    to, question = postbox.letters[0]
    assert to == "an@example.vn"
    text = question.get_content()
    assert "ban-doc" in text and "Lúa & mặn" in text, text
    assert question["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = re.search(r"http://\S+/letters/\S+", text).group(0)
    assert url in question["List-Unsubscribe"]
    put(right, "Lúa trước khi đồng ý")
    run("alerts", "run", config=right)
    assert len(postbox.letters) == 1, "nobody has agreed"
    assert "an@example.vn" in send(url)
    send(url, action="agree")
    put(right, "Lúa mới", "Ngô mới")
    run("alerts", "run", config=right)
    to, news = postbox.letters[-1]
    text = news.get_content()
    assert to == "an@example.vn" and "Lúa mới" in text and "Ngô" not in text and "trước" not in text, text
    assert "/records/r-" in text and "Lúa & mặn" in news["Subject"]
    count = len(postbox.letters)
    run("alerts", "run", config=right)
    assert len(postbox.letters) == count, "told once"
    send(url, **{"List-Unsubscribe": "One-Click"})
    put(right, "Lúa sau cùng")
    run("alerts", "run", config=right)
    assert len(postbox.letters) == count, "ended"


main()
