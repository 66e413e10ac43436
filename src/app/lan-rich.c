/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rich.h"

#include "lan-link.h"
#include "lan-rich-block.h"

#include <cmark.h>
#include <string.h>

/* What cmark must not take for its own stands in its text as one of these control characters, which
 * no message holds, and is put back when the tree is walked. */
static const char hidden[] = "\\&<*_~[";
#define FIRST_HIDDEN 1
#define IS_HIDDEN(c)                                                                               \
  ((guchar) (c) >= FIRST_HIDDEN && (guchar) (c) < FIRST_HIDDEN + sizeof hidden - 1)

typedef struct {
  LanRichBuilder builder;
  GString *run; /* text of which the end is not known yet */
  guint starts[LAN_RICH_MAX_DEPTH + 1];
  guint depth; /* of what may begin a span */
  int items[LAN_RICH_MAX_DEPTH + 1];
  gboolean ordered[LAN_RICH_MAX_DEPTH + 1];
  char delimiter[LAN_RICH_MAX_DEPTH + 1];
  guint lists;
  guint quotes;
  guint in_link;
  gboolean has_marker; /* the next line begins an item */
  int last_line;       /* of the source, where the leaf before ended; 0: none in this block */
  char **lines;        /* of the source */
  guint n_lines;
} Walk;

/* --- what cmark gets --- */

static char
hide (char c)
{
  return (char) (FIRST_HIDDEN + (strchr (hidden, c) - hidden));
}

static gboolean
is_literal (const char *text, const char *p, gboolean has_definition)
{
  switch (*p) {
  case '[':
    return has_definition;
  case '&':
  case '<':
    return TRUE;
  case '\\':
    return p[1] == '\0' || strchr ("*_`~[]", p[1]) == NULL;
  case '*':
    return p > text && g_ascii_isalnum (p[-1]) && g_ascii_isalnum (p[1]);
  default:
    return FALSE;
  }
}

/* Backslashes of paths, ampersands and angle brackets are what they are; so is a star between digits,
 * and whatever stands in an address. What defines a link for elsewhere would not be shown at all. */
static char *
prepare (const char *text)
{
  GString *out = g_string_sized_new (strlen (text) + 1);
  LanLinkPlace place = { text, 0, LAN_LINK_WEB };
  gboolean has_link = lan_link_find (text, text, &place);
  gboolean has_definition = strstr (text, "]:") != NULL;

  for (const char *p = text; *p != '\0'; p++) {
    gboolean in_link;

    if (has_link && p >= place.start + place.len)
      has_link = lan_link_find (text, p, &place);
    in_link = has_link && p >= place.start;
    if (is_literal (text, p, has_definition) || (in_link && strchr ("*_~", *p) != NULL))
      g_string_append_c (out, hide (*p));
    else if (g_ascii_iscntrl (*p) && *p != '\n' && *p != '\t')
      g_string_append_c (out, ' ');
    else
      g_string_append_c (out, *p);
  }
  return g_string_free (out, FALSE);
}

static void
append_restored (GString *out, const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    g_string_append_c (out, IS_HIDDEN (*p) ? hidden[*p - FIRST_HIDDEN] : *p);
}

/* --- the walk --- */

static void
end_run (Walk *walk)
{
  if (walk->run->len == 0)
    return;
  if (walk->in_link > 0)
    g_string_append (walk->builder.text, walk->run->str);
  else
    lan_rich_builder_prose (&walk->builder, walk->run->str);
  g_string_truncate (walk->run, 0);
}

/* Nested quotes and items show by what stands before their lines. */
static void
begin_line (Walk *walk)
{
  guint outer = walk->builder.kind == LAN_RICH_QUOTE ? 1 : 0;
  GString *text = walk->builder.text;

  for (guint i = outer; i < walk->quotes; i++)
    g_string_append (text, "> ");
  for (guint i = 1; i < walk->lists; i++)
    g_string_append (text, "   ");
  if (walk->lists == 0)
    return;
  if (!walk->has_marker)
    g_string_append (text, "   ");
  else if (walk->ordered[walk->lists])
    g_string_append_printf (text, "%d%c ", walk->items[walk->lists], walk->delimiter[walk->lists]);
  else
    g_string_append (text, "• ");
  walk->has_marker = FALSE;
}

/* As many lines between two leaves as there were, at most one empty. */
static void
begin_leaf (Walk *walk, cmark_node *node)
{
  int line = cmark_node_get_start_line (node);

  if (walk->builder.text->len > 0)
    g_string_append (walk->builder.text, line - walk->last_line > 1 ? "\n\n" : "\n");
  walk->last_line = cmark_node_get_end_line (node);
  begin_line (walk);
}

static const char *
source_line (Walk *walk, int number)
{
  return number >= 1 && (guint) number <= walk->n_lines ? walk->lines[number - 1] : "";
}

static void
add_source_line (Walk *walk, int number)
{
  g_autofree char *line = g_strstrip (g_strdup (source_line (walk, number)));

  append_restored (walk->builder.text, line);
}

/* A leaf of which nothing would be seen stays what was typed. */
static void
add_as_typed (Walk *walk, cmark_node *node)
{
  gboolean in_item = walk->has_marker;

  walk->has_marker = FALSE;
  walk->lists -= in_item;
  begin_leaf (walk, node);
  walk->lists += in_item;
  add_source_line (walk, cmark_node_get_start_line (node));
}

static gboolean
is_fenced (Walk *walk, cmark_node *node)
{
  const char *line = source_line (walk, cmark_node_get_start_line (node));
  gsize column = (gsize) MAX (cmark_node_get_start_column (node) - 1, 0);

  return column < strlen (line) && (line[column] == '`' || line[column] == '~');
}

static void
add_code_block (Walk *walk, cmark_node *node)
{
  const char *code = cmark_node_get_literal (node);
  LanRichKind kind = walk->builder.kind;
  g_autoptr (GString) text = g_string_new (NULL);

  append_restored (text, code);
  while (text->len > 0 && text->str[text->len - 1] == '\n')
    g_string_truncate (text, text->len - 1);
  if (text->len == 0) {
    add_as_typed (walk, node);
    return;
  }
  if (is_fenced (walk, node)) {
    lan_rich_builder_flush (&walk->builder, LAN_RICH_CODE_BLOCK);
    g_string_append (walk->builder.text, text->str);
    lan_rich_builder_flush (&walk->builder, kind);
    walk->last_line = 0;
    return;
  }
  /* Lines that were only moved in stay prose. */
  begin_leaf (walk, node);
  for (const char *p = text->str; p != NULL && *p != '\0';) {
    const char *end = strchr (p, '\n');
    g_autofree char *line = end != NULL ? g_strndup (p, (gsize) (end - p)) : g_strdup (p);

    g_string_append (walk->builder.text, "    ");
    lan_rich_builder_prose (&walk->builder, line);
    if (end != NULL)
      g_string_append_c (walk->builder.text, '\n');
    p = end != NULL ? end + 1 : NULL;
  }
}

static void
add_code (Walk *walk, cmark_node *node)
{
  gsize start;

  end_run (walk);
  start = walk->builder.text->len;
  append_restored (walk->builder.text, cmark_node_get_literal (node));
  lan_rich_builder_span (&walk->builder, start, LAN_RICH_CODE, 0);
}

static void
on_span (Walk *walk, gboolean enter, LanRichLook look)
{
  end_run (walk);
  if (enter)
    walk->starts[++walk->depth] = (guint) walk->builder.text->len;
  else
    lan_rich_builder_span (&walk->builder, walk->starts[walk->depth--], look, 0);
}

/* What may not be clicked is told after the words; so is where a picture would come from. */
static void
on_link (Walk *walk, cmark_node *node, gboolean enter)
{
  g_autoptr (GString) uri = g_string_new (NULL);
  int link = -1;
  guint start;

  end_run (walk);
  walk->in_link += enter ? 1 : -1;
  if (enter) {
    walk->starts[++walk->depth] = (guint) walk->builder.text->len;
    return;
  }
  append_restored (uri, cmark_node_get_url (node));
  start = walk->starts[walk->depth--];
  if (cmark_node_get_type (node) == CMARK_NODE_LINK && start < walk->builder.text->len)
    link = lan_rich_builder_link (&walk->builder, uri->str);
  if (link >= 0) {
    lan_rich_builder_span (&walk->builder, start, LAN_RICH_LINK, (guint) link);
  } else if (uri->len > 0) {
    g_string_append (walk->builder.text, " (");
    lan_rich_builder_prose (&walk->builder, uri->str);
    g_string_append_c (walk->builder.text, ')');
  }
}

static void
on_list (Walk *walk, cmark_node *node, gboolean enter)
{
  if (!enter) {
    walk->lists--;
    return;
  }
  walk->lists++;
  walk->ordered[walk->lists] = cmark_node_get_list_type (node) == CMARK_ORDERED_LIST;
  walk->items[walk->lists] = cmark_node_get_list_start (node) - 1;
  walk->delimiter[walk->lists] = cmark_node_get_list_delim (node) == CMARK_PAREN_DELIM ? ')' : '.';
}

static void
on_quote (Walk *walk, gboolean enter)
{
  walk->quotes += enter ? 1 : -1;
  if (walk->lists > 0 || walk->quotes != (enter ? 1 : 0))
    return;
  lan_rich_builder_flush (&walk->builder, enter ? LAN_RICH_QUOTE : LAN_RICH_TEXT);
  walk->last_line = 0;
}

/* A heading with a line below it, as under letters, keeps the line; one with # is bold. */
static void
on_heading (Walk *walk, cmark_node *node, gboolean enter)
{
  int last = cmark_node_get_end_line (node);
  gboolean underlined = last > cmark_node_get_start_line (node);

  if (enter)
    begin_leaf (walk, node);
  if (enter || !underlined) {
    on_span (walk, enter, LAN_RICH_BOLD);
    return;
  }
  end_run (walk);
  walk->depth--;
  g_string_append_c (walk->builder.text, '\n');
  add_source_line (walk, last);
}

static void
on_leaf (Walk *walk, cmark_node *node)
{
  switch (cmark_node_get_type (node)) {
  case CMARK_NODE_TEXT:
  case CMARK_NODE_HTML_INLINE:
    append_restored (walk->run, cmark_node_get_literal (node));
    break;
  case CMARK_NODE_SOFTBREAK:
  case CMARK_NODE_LINEBREAK:
    end_run (walk);
    g_string_append_c (walk->builder.text, '\n');
    begin_line (walk);
    break;
  case CMARK_NODE_CODE:
    add_code (walk, node);
    break;
  case CMARK_NODE_CODE_BLOCK:
    add_code_block (walk, node);
    break;
  case CMARK_NODE_THEMATIC_BREAK:
    begin_leaf (walk, node);
    walk->last_line = cmark_node_get_start_line (node); /* its end is the next line's */
    add_source_line (walk, walk->last_line);
    break;
  default:
    break;
  }
}

static void
on_node (Walk *walk, cmark_node *node, gboolean enter)
{
  switch (cmark_node_get_type (node)) {
  case CMARK_NODE_BLOCK_QUOTE:
    on_quote (walk, enter);
    break;
  case CMARK_NODE_LIST:
    on_list (walk, node, enter);
    break;
  case CMARK_NODE_ITEM:
    walk->items[walk->lists] += enter;
    if (!enter && walk->has_marker)
      add_as_typed (walk, node);
    walk->has_marker = enter;
    break;
  case CMARK_NODE_PARAGRAPH:
    end_run (walk);
    if (enter)
      begin_leaf (walk, node);
    break;
  case CMARK_NODE_HEADING:
    on_heading (walk, node, enter);
    break;
  case CMARK_NODE_EMPH:
    on_span (walk, enter, LAN_RICH_ITALIC);
    break;
  case CMARK_NODE_STRONG:
    on_span (walk, enter, LAN_RICH_BOLD);
    break;
  case CMARK_NODE_LINK:
  case CMARK_NODE_IMAGE:
    on_link (walk, node, enter);
    break;
  default:
    on_leaf (walk, node);
    break;
  }
}

/* Returns: whether the tree is shallow enough to be shown. */
static gboolean
walk_tree (Walk *walk, cmark_node *root)
{
  cmark_iter *iter = cmark_iter_new (root);
  cmark_event_type event;
  guint depth = 0;

  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE && depth <= LAN_RICH_MAX_DEPTH &&
         !walk->builder.overflow) {
    cmark_node *node = cmark_iter_get_node (iter);
    gboolean enter = event == CMARK_EVENT_ENTER;
    gboolean is_leaf = cmark_node_first_child (node) == NULL;

    depth += enter && !is_leaf ? 1 : 0;
    if (depth <= LAN_RICH_MAX_DEPTH)
      on_node (walk, node, enter);
    depth -= !enter && !is_leaf ? 1 : 0;
  }
  cmark_iter_free (iter);
  end_run (walk);
  lan_rich_builder_flush (&walk->builder, LAN_RICH_TEXT);
  return depth <= LAN_RICH_MAX_DEPTH && !walk->builder.overflow;
}

LanRich *
lan_rich_as_typed (const char *text, const char *const *names)
{
  LanRichBuilder builder;

  lan_rich_builder_init (&builder, names);
  lan_rich_builder_prose (&builder, text);
  return lan_rich_builder_end (&builder);
}

LanRich *
lan_rich_parse (const char *text, const char *const *names)
{
  gsize len = strlen (text);
  g_autofree char *source = NULL;
  g_auto (GStrv) lines = NULL;
  Walk walk = { 0 };
  cmark_node *root;
  gboolean fits;
  LanRich *rich;

  if (len > LAN_RICH_MAX_BYTES)
    return lan_rich_as_typed (text, names);
  source = prepare (text);
  walk.lines = lines = g_strsplit (source, "\n", -1);
  walk.n_lines = g_strv_length (lines);
  walk.run = g_string_new (NULL);
  lan_rich_builder_init (&walk.builder, names);
  walk.builder.strikes = TRUE;
  root = cmark_parse_document (source, strlen (source), CMARK_OPT_DEFAULT);
  fits = walk_tree (&walk, root);
  cmark_node_free (root);
  g_string_free (walk.run, TRUE);
  rich = lan_rich_builder_end (&walk.builder);
  if (fits && *((LanRichBlock *) g_ptr_array_index (rich->blocks, 0))->text != '\0')
    return rich;
  lan_rich_free (rich);
  return lan_rich_as_typed (text, names);
}
