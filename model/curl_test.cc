#include "model/curl.h"

#include <gtest/gtest.h>

#include "model/process.h"

namespace blobgauge::model {
namespace {

Exchange upload() {
  Exchange out;
  out.request.method = "PUT";
  out.request.scheme = "http";
  out.request.host = "127.0.0.1:10000";
  out.request.target = "/account/c/a%20b?comp=block&sig=REDACTED";
  out.request.headers.add("Host", "127.0.0.1:10000");
  out.request.headers.add("X-Text", "it's \"quoted\" $HOME `id` \\");
  out.request.headers.add("Empty", "");
  out.request.headers.add("Authorization", "SharedKey account:REDACTED");
  out.request.headers.add("Content-Length", "5");
  out.request.body.size = 5;
  return out;
}

TEST(Curl, SaysTheRequestAgain) {
  EXPECT_EQ(curl_line(upload()),
            "curl -sS -i -g --path-as-is -X PUT -H 'X-Text: it'\\''s \"quoted\" $HOME `id` \\' -H 'Empty;' "
            "-H \"Authorization: $AUTHORIZATION\" --data-binary @body.bin "
            "'http://127.0.0.1:10000/account/c/a%20b?comp=block&sig=REDACTED'");
}

TEST(Curl, AsksForAHeadWithItsOwnOptionAndKeepsAnEmptyBodysLength) {
  Exchange head;
  head.request = {"HEAD", "https", "h", "/a", "HTTP/1.1", {}, true, Framing::none, {}};
  EXPECT_EQ(curl_line(head), "curl -sS -i -g --path-as-is -I https://h/a");
  auto empty = upload();
  empty.request.body.size = 0;
  empty.request.headers = {};
  empty.request.headers.add("Content-Length", "0");
  EXPECT_NE(curl_line(empty).find("-H 'Content-Length: 0'"), std::string::npos);
}

TEST(Curl, AShellReadsBackWhatWasQuoted) {
  for (const auto* text :
       {"plain", "", "two words", "it's", "$HOME `id` \"x\" \\", "-n", "a\nb", "gr\xc3\xbcn", "*?[]{}~#;&|<>()!"}) {
    ProcessRequest request;
    request.command = {"sh", "-c", "printf %s " + shell_quote(text)};
    const auto ran = run_process(request);
    ASSERT_TRUE(ran);
    EXPECT_EQ(ran->out, text);
  }
}

}  // namespace
}  // namespace blobgauge::model
