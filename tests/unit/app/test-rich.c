/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What people write as blocks and spans, and where addresses go.
 */
#include "lan-link.h"
#include "lan-rich.h"

#include <string.h>
#include <time.h>

static const char *const names[] = { "all", "林子墨", "Li Wei", "Li", NULL };

/* A block as "kind text", its spans as "look(the text)" behind it. */
static char *
tell (const LanRich *rich)
{
  static const char *const kinds[] = { "", "quote: ", "code: " };
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < rich->blocks->len; i++) {
    const LanRichBlock *block = g_ptr_array_index (rich->blocks, i);

    g_string_append_printf (out, "%s%s%s", i > 0 ? "¶" : "", kinds[block->kind], block->text);
    for (guint j = 0; j < block->spans->len; j++) {
      const LanRichSpan *span = &g_array_index (block->spans, LanRichSpan, j);
      const char *look = span->look == LAN_RICH_BOLD     ? "b"
                         : span->look == LAN_RICH_ITALIC ? "i"
                         : span->look == LAN_RICH_STRIKE ? "s"
                         : span->look == LAN_RICH_CODE   ? "c"
                         : span->look == LAN_RICH_LINK   ? "a"
                                                         : "@";

      g_string_append_printf (out, " %s(%.*s)", look, (int) (span->end - span->start),
                              block->text + span->start);
    }
  }
  for (guint i = 0; i < rich->links->len; i++)
    g_string_append_printf (out, " <%s>", (char *) g_ptr_array_index (rich->links, i));
  return g_string_free (out, FALSE);
}

typedef struct {
  const char *text;
  const char *told; /* NULL: as typed */
} Case;

static void
check_cases (const Case *cases, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    g_autoptr (LanRich) rich = lan_rich_parse (cases[i].text, names);
    g_autofree char *told = tell (rich);

    g_assert_cmpstr (told, ==, cases[i].told != NULL ? cases[i].told : cases[i].text);
  }
}

static void
test_inline (void)
{
  static const Case cases[] = {
    { "**bold** and *italic*", "bold and italic b(bold) i(italic)" },
    { "**粗体**、*斜体*。", "粗体、斜体。 b(粗体) i(斜体)" },
    { "a ~~b **c**~~ d", "a b c d b(c) s(b c)" },
    { "`x *y*` ~~a `~~` b~~", "x *y* a ~~ b c(x *y*) c(~~) s(a ~~ b)" },
    { "~~ no ~~ a~~~b~~~", NULL },
    { "~~a\n\nb~~", NULL },
    { "3*4*5 a_b_c 2 * 3 * 4", NULL },
    { "\\*as it is\\* \\_x\\_", "*as it is* _x_" },
    { "**open *and", NULL },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_blocks (void)
{
  static const Case cases[] = {
    { "one\ntwo\n\nthree", NULL },
    { "see:\n```c\nint *a;\n\n  b;\n```\ndone", "see:¶code: int *a;\n\n  b;¶done" },
    { "> said *so*\n> twice\n\nyes", "quote: said so\ntwice i(so)¶yes" },
    { "> a\n> > b", "quote: a\n> b" },
    { "- a\n- b\n  - c\n", "• a\n• b\n   • c" },
    { "3. x\n4. **y**", "3. x\n4. y b(y)" },
    { "1) x\n\n   more", "1) x\n\n   more" },
    { "# Head\ntext", "Head\ntext b(Head)" },
    { "title\n-----", NULL },
    { "a\n\n---\n\nb", NULL },
    { "    moved in\n    twice", NULL },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

/* Whatever is typed is seen: nothing vanishes. */
static void
test_as_typed (void)
{
  static const Case cases[] = {
    { "", NULL },
    { "-", NULL },
    { "1.", NULL },
    { "```", NULL },
    { ">", NULL },
    { "#", NULL },
    { "+1", NULL },
    { "#1 标签", NULL },
    { "\\\\server\\share\\new", NULL },
    { "C:\\temp\\x", NULL },
    { "a &amp; b &lt; c", NULL },
    { "[1]: x\nand [y](z)", NULL },
    { "<!-- x --> <br> </a>", NULL },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

/* Row 28 of SECURITY section 10: markup in what others write stays text. */
static void
test_t28_markup (void)
{
  static const Case cases[] = {
    { "<b>bold</b> & co", NULL },
    { "<a href=\"file:///etc/passwd\">x</a>", NULL },
    { "javascript:alert(1) file:///etc/passwd ftp://x", NULL },
    { "see https://a.example/b?c=1&d=2.", "see https://a.example/b?c=1&d=2. "
                                          "a(https://a.example/b?c=1&d=2) "
                                          "<https://a.example/b?c=1&d=2>" },
    { "<i>http://a.example</i>", "<i>http://a.example</i> a(http://a.example) <http://a.example>" },
    { "(https://a.example/x_(y))",
      "(https://a.example/x_(y)) a(https://a.example/x_(y)) <https://a.example/x_(y)>" },
    { "看 https://a.example/合同。谢谢",
      "看 https://a.example/合同。谢谢 a(https://a.example/) <https://a.example/>" },
    { "https://a.example\"onclick=\"x",
      "https://a.example\"onclick=\"x a(https://a.example) <https://a.example>" },
    { "HTTP://A.example 和 xhttp://no",
      "HTTP://A.example 和 xhttp://no a(HTTP://A.example) <HTTP://A.example>" },
    { "https://", NULL },
    { "https://.", NULL },
    { "[x](javascript:alert(1))", "x (javascript:alert(1))" },
    { "[x](file:///etc/passwd)", "x (file:///etc/passwd)" },
    { "![x](https://a.example/p.png)",
      "x (https://a.example/p.png) a(https://a.example/p.png) <https://a.example/p.png>" },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_links (void)
{
  static const Case cases[] = {
    { "[the *plan*](https://a.example)", "the plan i(plan) a(the plan) <https://a.example>" },
    { "https://a.example/_b_*c*~~d", "https://a.example/_b_*c*~~d "
                                     "a(https://a.example/_b_*c*~~d) "
                                     "<https://a.example/_b_*c*~~d>" },
    { "www.example.com, 写信 li.wei@example.com。",
      "www.example.com, 写信 li.wei@example.com。 a(www.example.com) a(li.wei@example.com) "
      "<http://www.example.com> <mailto:li.wei@example.com>" },
    { "www. a@b www.x me@host.1", NULL },
    { "x.y:z-https://q.example",
      "x.y:z-https://q.example a(https://q.example) <https://q.example>" },
    { "`https://a.example`", "https://a.example c(https://a.example)" },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_mentions (void)
{
  static const Case cases[] = {
    { "@林子墨 please", "@林子墨 please @(@林子墨)" },
    { "@Li Wei and @Li.", "@Li Wei and @Li. @(@Li Wei) @(@Li)" },
    { "@Lily x@all @nobody", NULL },
    { "**@all**", "@all @(@all) b(@all)" },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

/* A word of a megabyte and a thousand links cost bounded work. */
static void
test_t28_long (void)
{
  g_autofree char *word = g_strnfill (1024 * 1024, 'h');
  g_autoptr (GString) links = g_string_new (NULL);
  g_autoptr (LanRich) none = lan_rich_parse (word, NULL);
  g_autoptr (LanRich) many = NULL;

  g_assert_cmpuint (none->links->len, ==, 0);
  for (guint i = 0; i < 1000; i++)
    g_string_append (links, "https://a.example/<&> ");
  many = lan_rich_parse (links->str, NULL);
  g_assert_cmpuint (many->links->len, ==, LAN_RICH_MAX_LINKS);
}

static void
test_targets (void)
{
  static const struct {
    const char *uri;
    const char *host;
    const char *ascii;
    gboolean is_mixed, has_user, is_number;
  } cases[] = {
    { "https://a.example/x", "a.example", NULL, FALSE, FALSE, FALSE },
    { "https://bank.example@evil.example/", "evil.example", NULL, FALSE, TRUE, FALSE },
    { "http://10.0.0.1:8080/", "10.0.0.1", NULL, FALSE, FALSE, TRUE },
    { "http://[::1]/", "::1", NULL, FALSE, FALSE, TRUE },
    { "https://中文abc.cn", "中文abc.cn", "xn--abc-u68do18h.cn", FALSE, FALSE, FALSE },
    { "https://xn--fiq228c.com", "中文.com", "xn--fiq228c.com", FALSE, FALSE, FALSE },
    { "https://аррӏе.com", "аррӏе.com", "xn--80ak6aa92e.com", TRUE, FALSE, FALSE },
    { "https://аpple.com", "аpple.com", "xn--pple-43d.com", TRUE, FALSE, FALSE },
    { "https://пример.рф", "пример.рф", "xn--e1afmkfd.xn--p1ai", FALSE, FALSE, FALSE },
    { "mailto:li@example.com", "example.com", NULL, FALSE, FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (LanLinkTarget) target = lan_link_look (cases[i].uri);

    g_assert_nonnull (target);
    g_assert_cmpstr (target->host, ==, cases[i].host);
    g_assert_cmpstr (target->ascii, ==, cases[i].ascii);
    g_assert_cmpint (target->is_mixed, ==, cases[i].is_mixed);
    g_assert_cmpint (target->has_user, ==, cases[i].has_user);
    g_assert_cmpint (target->is_number, ==, cases[i].is_number);
  }
  g_assert_null (lan_link_look ("javascript:alert(1)"));
  g_assert_null (lan_link_look ("mailto:x"));
  g_assert_null (lan_link_look ("mailto:a@b.example@c"));
  g_assert_null (lan_link_look ("https://"));
  g_assert_null (lan_link_look ("https:///x"));
  g_assert_null (lan_link_look ("file:///etc/passwd"));
  g_assert_null (lan_link_look (" https://a.example"));
  g_assert_null (lan_link_look ("https://a.example/\nx"));
}

static char *
repeat (const char *what, gsize bytes)
{
  GString *text = g_string_new (NULL);

  while (text->len + strlen (what) <= bytes)
    g_string_append (text, what);
  return g_string_free (text, FALSE);
}

/* CPU time, not the clock's: other tests run beside this one. */
static double
cpu_s (void)
{
  return (double) clock () / CLOCKS_PER_SEC;
}

static void
test_bombs (void)
{
  static const char *const bombs[] = {
    ">",
    "> ",
    "- ",
    "* ",
    "1. ",
    "[",
    "![",
    "[](",
    "[a](",
    "*a **b ",
    "**",
    "_a__",
    "`",
    "```\n",
    "`a``b```",
    "~~a",
    "~~a~~ ",
    "*a* ",
    "<",
    "&amp;",
    "\\",
    "](",
    "a@",
    "a.a.a:",
    "@all ",
    "@",
    "www.",
    "http://,",
    "http://",
    "\n\n- ",
    ">\n",
    "a\n---\n",
    "    \n",
    "\t",
    "[a]: ",
    "[a]:b\n",
    "![[]()",
    "*_",
    "a**b",
    "- a\n  ",
    "x@x.xx ",
    "(((",
    ")",
    "https://a.b/(",
    "\xe2\x80\xae",
    "#",
    "# a\n",
    "|",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bombs); i++) {
    g_autofree char *text = repeat (bombs[i], LAN_RICH_MAX_BYTES);
    g_autofree char *more = repeat (bombs[i], 4 * LAN_RICH_MAX_BYTES);
    double begun = cpu_s ();
    g_autoptr (LanRich) rich = lan_rich_parse (text, names);
    g_autoptr (LanRich) typed = lan_rich_parse (more, names);
    double took = cpu_s () - begun;
    guint spans = 0;

    for (guint j = 0; j < rich->blocks->len; j++)
      spans += ((LanRichBlock *) g_ptr_array_index (rich->blocks, j))->spans->len;
    g_test_message ("%.10s: %.1f ms, %u blocks, %u spans", bombs[i], took * 1000, rich->blocks->len,
                    spans);
    g_assert_cmpfloat (took, <, 1.0);
    g_assert_cmpuint (spans, <=, 2 * LAN_RICH_MAX_SPANS);
    g_assert_cmpuint (typed->blocks->len, ==, 1);
    g_assert_cmpstr (((LanRichBlock *) g_ptr_array_index (typed->blocks, 0))->text, ==, more);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/rich/inline", test_inline);
  g_test_add_func ("/app/rich/blocks", test_blocks);
  g_test_add_func ("/app/rich/as-typed", test_as_typed);
  g_test_add_func ("/app/rich/t28-markup", test_t28_markup);
  g_test_add_func ("/app/rich/t28-long", test_t28_long);
  g_test_add_func ("/app/rich/links", test_links);
  g_test_add_func ("/app/rich/mentions", test_mentions);
  g_test_add_func ("/app/rich/targets", test_targets);
  g_test_add_func ("/app/rich/bombs", test_bombs);
  return g_test_run ();
}
