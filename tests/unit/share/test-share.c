/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "share-world.h"

#include <string.h>

/* -- entries and papers -- */

static LanShareEntry
entry_of (const char *path, guint8 author, guint64 count)
{
  LanShareEntry entry = { .path = g_strdup (path), .kind = LAN_SHARE_FILE, .size = 1 };
  LanDeviceId device = { { author } };

  lan_share_entry_bump (&entry, &device, count);
  return entry;
}

static void
look_at (LanShareEntry *entry, gpointer data)
{
  g_assert_nonnull (entry->path);
}

static LanStatus
read_back (GByteArray *bytes)
{
  g_autoptr (GBytes) page = g_bytes_new (bytes->data, bytes->len);
  g_autofree char *last = NULL;
  guint n = 0;

  return lan_share_page_read (page, &last, look_at, NULL, &n);
}

static LanStatus
read_name (const char *path)
{
  LanShareEntry entry = entry_of (path, 1, 1);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  lan_share_entry_write (bytes, &entry);
  lan_share_entry_clear (&entry);
  return read_back (bytes);
}

static void
test_names (void)
{
  static const char *const bad[] = {
    "..",    "../x", "a/../b",         "/etc/passwd",      "a//b", "a/", "", "a\\b", "x\n", "NUL",
    "tail ", "a/.",  ".lanyard-share", ".Lanyard-Share/id"
  };

  g_assert_cmpint (read_name ("文件/a.txt"), ==, LAN_STATUS_OK);
  g_assert_cmpint (read_name (".hidden"), ==, LAN_STATUS_OK);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_cmpint (read_name (bad[i]), ==, LAN_STATUS_MALFORMED);
}

static void
test_order (void)
{
  LanShareEntry a = entry_of ("x", 1, 1), b = entry_of ("x", 2, 1);
  LanDeviceId two = { { 2 } };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_assert_cmpint (lan_share_entry_order (&a, &a), ==, LAN_SHARE_EQUAL);
  g_assert_cmpint (lan_share_entry_order (&a, &b), ==, LAN_SHARE_APART);
  lan_share_entry_join (&b, &a);
  g_assert_cmpint (lan_share_entry_order (&a, &b), ==, LAN_SHARE_BEFORE);
  g_assert_cmpint (lan_share_entry_order (&b, &a), ==, LAN_SHARE_AFTER);
  lan_share_entry_bump (&a, &two, 5);
  g_assert_cmpint (lan_share_entry_order (&a, &b), ==, LAN_SHARE_AFTER);
  a.mtime_ms = 5;
  g_assert_true (lan_share_entry_beats (&a, &b));
  g_assert_false (lan_share_entry_beats (&b, &a));
  b.kind = LAN_SHARE_GONE;
  b.mtime_ms = 9;
  g_assert_true (lan_share_entry_beats (&a, &b));
  /* Counts out of order, none, too high, a root where none may be. */
  lan_share_entry_write (bytes, &a);
  memset (bytes->data + bytes->len - 8, 0xff, 8);
  g_assert_cmpint (read_back (bytes), ==, LAN_STATUS_MALFORMED);
  g_byte_array_set_size (bytes, 0);
  b.size = 0;
  b.root.b[0] = 1;
  lan_share_entry_write (bytes, &b);
  g_assert_cmpint (read_back (bytes), ==, LAN_STATUS_MALFORMED);
  /* The same path twice. */
  g_byte_array_set_size (bytes, 0);
  lan_share_entry_write (bytes, &a);
  lan_share_entry_write (bytes, &a);
  g_assert_cmpint (read_back (bytes), ==, LAN_STATUS_MALFORMED);
  lan_share_entry_clear (&a);
  lan_share_entry_clear (&b);
}

/* One change in the middle of many entries leaves all pages but one as they were. */
static void
test_pages (void)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  g_autoptr (GHashTable) before = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  g_autofree LanShareEntry *all = g_new0 (LanShareEntry, 20000);
  g_autoptr (GPtrArray) pages = NULL, after = NULL;
  guint fresh = 0;

  for (guint i = 0; i < 20000; i++) {
    g_autofree char *path = g_strdup_printf ("folder %02u/file %06u", i / 1000, i);

    all[i] = entry_of (path, 1, i + 1);
    g_ptr_array_add (entries, &all[i]);
  }
  pages = lan_share_pages_make (entries);
  for (guint i = 0; i < pages->len; i++)
    g_hash_table_add (before, g_ptr_array_index (pages, i));
  all[10000].size = 7;
  g_ptr_array_remove_index (entries, 5000);
  after = lan_share_pages_make (entries);
  for (guint i = 0; i < after->len; i++) {
    g_assert_cmpuint (g_bytes_get_size (g_ptr_array_index (after, i)), <=, LAN_SHARE_PAGE_MAX);
    fresh += !g_hash_table_contains (before, g_ptr_array_index (after, i));
  }
  g_test_message ("%u pages, %u new", after->len, fresh);
  g_assert_cmpuint (fresh, <=, 3);
  for (guint i = 0; i < 20000; i++)
    lan_share_entry_clear (&all[i]);
}

static void
test_papers (void)
{
  g_autoptr (World) world = NULL;
  LanShareRoster roster = { .seq = 3, .name = "Plans" }, read;
  LanShareHead head = { .seq = 1, .entries = 1000000000 }, head_read;
  LanAccountId who;
  g_autoptr (GBytes) paper = NULL, forged = NULL;
  guint8 *bytes;
  gsize len;

  world = world_new (2);
  roster.owner = *world_account (world, 0);
  g_assert_true (lan_share_roster_set (&roster, world_account (world, 1), LAN_SHARE_READ));
  paper = lan_share_roster_sign (&roster, world->people[0].device);
  len = g_bytes_get_size (paper);
#define CERT(i)                                                                                    \
  g_bytes_get_data (world->people[i].cert, NULL), g_bytes_get_size (world->people[i].cert)
  g_assert_cmpint (lan_share_roster_verify (&read, g_bytes_get_data (paper, NULL), len, CERT (0)),
                   ==, LAN_STATUS_OK);
  g_assert_cmpuint (read.n_members, ==, 1);
  g_assert_cmpint (lan_share_roster_rights (&read, world_account (world, 1)), ==, LAN_SHARE_READ);
  g_assert_cmpint (lan_share_roster_verify (&read, g_bytes_get_data (paper, NULL), len, CERT (1)),
                   ==, LAN_STATUS_MISMATCH);
  /* A member signs for the owner. */
  forged = lan_share_roster_sign (&roster, world->people[1].device);
  g_assert_cmpint (lan_share_roster_verify (&read, g_bytes_get_data (forged, NULL),
                                            g_bytes_get_size (forged), CERT (1)),
                   ==, LAN_STATUS_MISMATCH);
  bytes = g_memdup2 (g_bytes_get_data (paper, NULL), len);
  for (gsize i = 0; i < len; i++) {
    bytes[i] ^= 1;
    g_assert_cmpint (lan_share_roster_verify (&read, bytes, len, CERT (0)), !=, LAN_STATUS_OK);
    g_assert_cmpint (lan_share_roster_verify (&read, bytes, i, CERT (0)), !=, LAN_STATUS_OK);
    bytes[i] ^= 1;
  }
  g_free (bytes);
  g_clear_pointer (&paper, g_bytes_unref);
  paper = lan_share_head_sign (&head, world->people[0].device);
  g_assert_cmpint (lan_share_head_verify (&head_read, &who, g_bytes_get_data (paper, NULL),
                                          g_bytes_get_size (paper), CERT (0)),
                   ==, LAN_STATUS_OVERSIZED);
}

/* -- people -- */

static LanConversationId
shared (World *world, LanShareRights rights, gboolean keep)
{
  LanConversationId id;

  for (guint i = 0; i < world->n; i++) {
    for (guint j = i + 1; j < world->n; j++)
      world_connect (world, i, j, TRUE);
  }
  id = world_share (world, 0, "Plans");
  world_write (world, 0, &id, "a", "one");
  world_write (world, 0, &id, "b", "two");
  for (guint i = 1; i < world->n; i++)
    g_assert_cmpint (lan_shares_set_rights (world->people[0].shares, &id, world_account (world, i),
                                            rights, world->now),
                     ==, LAN_STATUS_OK);
  world_run (world, 2);
  for (guint i = 1; i < world->n; i++)
    g_assert_cmpint (lan_shares_accept (world->people[i].shares, &id, "/share", keep, world->now),
                     ==, LAN_STATUS_OK);
  world_run (world, 3);
  return id;
}

static void
test_on_demand (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id = shared (world, LAN_SHARE_READ, FALSE);

  g_assert_null (world_read (world, 1, "a"));
  g_assert_cmpint (world_state (world, 1, &id, "a"), ==, LAN_SHARE_ITEM_AWAY);
  g_assert_cmpint (lan_shares_fetch (world->people[1].shares, &id, "a", world->now), ==,
                   LAN_STATUS_OK);
  world_run (world, 1);
  g_assert_cmpstr (world_read (world, 1, "a"), ==, "one");
  g_assert_null (world_read (world, 1, "b"));
  g_assert_cmpuint (world_log (world, 0, &id, LAN_SHARE_LOG_FETCHED), ==, 1);
  /* What a reader changes stays with the reader, beside what comes later. */
  world_write (world, 1, &id, "a", "mine");
  world_run (world, 2);
  g_assert_cmpint (world_state (world, 1, &id, "a"), ==, LAN_SHARE_ITEM_CHANGED);
  g_assert_cmpstr (world_read (world, 0, "a"), ==, "one");
  world_write (world, 0, &id, "a", "newer");
  world_run (world, 2);
  g_assert_cmpint (lan_shares_fetch (world->people[1].shares, &id, "", world->now), ==,
                   LAN_STATUS_OK);
  world_run (world, 2);
  g_assert_cmpstr (world_read (world, 1, "a"), ==, "newer");
  g_assert_cmpuint (g_hash_table_size (world->people[1].files), ==, 3);
  g_assert_cmpuint (world->refused, ==, 0);
}

static void
test_in_step (void)
{
  g_autoptr (World) world = world_new (3);
  LanConversationId id = shared (world, LAN_SHARE_WRITE, TRUE);

  g_assert_cmpstr (world_read (world, 2, "b"), ==, "two");
  world_write (world, 1, &id, "a", "by one");
  world_write (world, 2, &id, "new", "by two");
  world_write (world, 2, &id, "b", NULL);
  world_run (world, 3);
  for (guint i = 0; i < 3; i++) {
    g_assert_cmpstr (world_read (world, i, "a"), ==, "by one");
    g_assert_cmpstr (world_read (world, i, "new"), ==, "by two");
    g_assert_null (world_read (world, i, "b"));
  }
  /* What made way is kept. */
  g_assert_cmpuint (world->people[0].versions->len, ==, 2);
  g_assert_cmpuint (world->refused, ==, 0);
}

/* Both change the same file without hearing of each other; one of the three was away for long. */
static void
test_apart (void)
{
  g_autoptr (World) world = world_new (3);
  LanConversationId id = shared (world, LAN_SHARE_WRITE, TRUE);

  world_connect (world, 0, 1, FALSE);
  world_connect (world, 0, 2, FALSE);
  world_connect (world, 1, 2, FALSE);
  world_write (world, 1, &id, "a", "by one");
  world_write (world, 2, &id, "b", "meanwhile");
  world_run (world, 2);
  world_write (world, 0, &id, "a", "by zero");
  for (guint i = 0; i < 20; i++) {
    g_autofree char *content = g_strdup_printf ("change %u", i);

    world_write (world, 0, &id, "c", content);
    world_run (world, 1);
  }
  world_restart (world, 1);
  world_run (world, 24 * 60);
  world_connect (world, 0, 1, TRUE);
  world_run (world, 3);
  world_connect (world, 1, 2, TRUE);
  world_run (world, 20);
  world_connect (world, 0, 2, TRUE);
  world_run (world, 20);
  for (guint i = 0; i < 3; i++) {
    GHashTableIter iter;
    gpointer content;
    guint found = 0;

    g_assert_cmpuint (g_hash_table_size (world->people[i].files), ==, 4);
    g_assert_cmpstr (world_read (world, i, "b"), ==, "meanwhile");
    g_assert_cmpstr (world_read (world, i, "c"), ==, "change 19");
    g_hash_table_iter_init (&iter, world->people[i].files);
    while (g_hash_table_iter_next (&iter, NULL, &content))
      found += strcmp (content, "by one") == 0 || strcmp (content, "by zero") == 0;
    g_assert_cmpuint (found, ==, 2);
    g_assert_cmpstr (world_read (world, i, "a"), ==, world_read (world, 0, "a"));
  }
  g_assert_cmpuint (world_log (world, 1, &id, LAN_SHARE_LOG_CONFLICT), >=, 1);
}

/* Members who may only read carry it further, and cannot put anything into it. */
static void
test_without_owner (void)
{
  g_autoptr (World) world = world_new (3);
  LanConversationId id = shared (world, LAN_SHARE_READ, TRUE);

  world_connect (world, 0, 2, FALSE);
  world_write (world, 0, &id, "new", "news");
  world_run (world, 2);
  g_assert_cmpstr (world_read (world, 2, "new"), ==, "news"); /* by way of 1 */
  world_write (world, 1, &id, "forged", "by a reader");
  world_write (world, 1, &id, "new", "by a reader");
  world_run (world, 2);
  g_assert_null (world_read (world, 2, "forged"));
  g_assert_cmpstr (world_read (world, 2, "new"), ==, "news");
  g_assert_cmpint (world_state (world, 1, &id, "forged"), ==, LAN_SHARE_ITEM_EXTRA);
}

static void
inject_head (World *world, guint from, guint to, GBytes *paper, GBytes *cert, GBytes *pages,
             const LanConversationId *id, LanStatus expected)
{
  Lanyard__ShareHead m = LANYARD__SHARE_HEAD__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  m.share = (ProtobufCBinaryData){ sizeof id->b, (guint8 *) id->b };
  m.head.data = (guint8 *) g_bytes_get_data (paper, &m.head.len);
  m.cert.data = (guint8 *) g_bytes_get_data (cert, &m.cert.len);
  m.pages.data = (guint8 *) g_bytes_get_data (pages, &m.pages.len);
  frame.body_case = LANYARD__FRAME__BODY_SHARE_HEAD;
  frame.share_head = &m;
  g_assert_cmpint (world_inject (world, from, to, &frame), ==, expected);
}

/* A reader signs a head; a writer shows an old one again, and two of one number. */
static void
test_hostile (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id = shared (world, LAN_SHARE_READ, TRUE);
  LanShareHead head = { .share = id, .seq = 1000, .entries = 0 };
  g_autoptr (GBytes) none = g_bytes_new ("", 0);
  g_autoptr (GBytes) forged = NULL, old = NULL, twin = NULL, other = NULL;
  LanHash wrong = { { 1 } };

  lan_hash_256 (&head.pages, "", 0);
  forged = lan_share_head_sign (&head, world->people[1].device);
  inject_head (world, 1, 0, forged, world->people[1].cert, none, &id, LAN_STATUS_STATE);
  g_assert_cmpuint (world_log (world, 0, &id, LAN_SHARE_LOG_REFUSED), ==, 1);
  g_assert_cmpstr (world_read (world, 0, "a"), ==, "one");
  /* The owner's, but of an earlier number: nothing happens. */
  head.seq = 1;
  old = lan_share_head_sign (&head, world->people[0].device);
  world_write (world, 0, &id, "a", "later");
  world_run (world, 2);
  inject_head (world, 0, 1, old, world->people[0].cert, none, &id, LAN_STATUS_STATE);
  world_run (world, 2);
  g_assert_cmpstr (world_read (world, 1, "a"), ==, "later");
  /* Not the pages that were signed for. */
  head.seq = 500;
  head.pages = wrong;
  twin = lan_share_head_sign (&head, world->people[0].device);
  inject_head (world, 0, 1, twin, world->people[0].cert, none, &id, LAN_STATUS_MALFORMED);
  /* For another share. */
  lan_hash_256 (&head.pages, "", 0);
  head.share.b[0] ^= 1;
  other = lan_share_head_sign (&head, world->people[0].device);
  inject_head (world, 0, 1, other, world->people[0].cert, none, &id, LAN_STATUS_MISMATCH);
  g_assert_cmpstr (world_read (world, 1, "b"), ==, "two");
}

static void
test_revoked (void)
{
  g_autoptr (World) world = world_new (3);
  LanConversationId id = shared (world, LAN_SHARE_WRITE, TRUE);
  LanShareView view;

  world_write (world, 2, &id, "c", "while allowed");
  world_run (world, 2);
  g_assert_cmpint (lan_shares_set_rights (world->people[0].shares, &id, world_account (world, 2),
                                          LAN_SHARE_NONE, world->now),
                   ==, LAN_STATUS_OK);
  world_run (world, 2);
  g_assert_true (lan_shares_view (world->people[2].shares, &id, &view));
  g_assert_cmpint (view.state, ==, LAN_SHARE_ENDED);
  world_write (world, 2, &id, "a", "too late");
  world_write (world, 0, &id, "secret", "not for two");
  world_run (world, 3);
  g_assert_cmpstr (world_read (world, 1, "a"), ==, "one");
  g_assert_cmpstr (world_read (world, 1, "c"), ==, "while allowed");
  g_assert_cmpstr (world_read (world, 1, "secret"), ==, "not for two");
  g_assert_null (world_read (world, 2, "secret"));
  /* Read only from now on: what is changed stays at home. */
  g_assert_cmpint (lan_shares_set_rights (world->people[0].shares, &id, world_account (world, 1),
                                          LAN_SHARE_READ, world->now),
                   ==, LAN_STATUS_OK);
  world_run (world, 1);
  world_write (world, 1, &id, "a", "may not");
  world_run (world, 2);
  g_assert_cmpstr (world_read (world, 0, "a"), ==, "one");
}

static void
test_restart_and_leave (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id = shared (world, LAN_SHARE_WRITE, TRUE);
  LanShareView view;

  world_restart (world, 0);
  world_restart (world, 1);
  world_run (world, 2);
  world_write (world, 1, &id, "a", "after");
  world_run (world, 2);
  world_connect (world, 0, 1, TRUE);
  world_run (world, 2);
  g_assert_cmpstr (world_read (world, 0, "a"), ==, "after");
  g_assert_cmpint (lan_shares_leave (world->people[1].shares, &id, world->now), ==, LAN_STATUS_OK);
  world_run (world, 2);
  g_assert_false (lan_shares_has (world->people[1].shares, &id));
  g_assert_true (lan_shares_view (world->people[0].shares, &id, &view));
  g_assert_cmpuint (view.roster->n_members, ==, 0);
  g_assert_cmpint (lan_shares_leave (world->people[0].shares, &id, world->now), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_shares_leave (world->people[0].shares, &id, world->now), ==, LAN_STATUS_OK);
  g_assert_false (lan_shares_has (world->people[0].shares, &id));
  g_assert_cmpstr (world_read (world, 1, "a"), ==, "after");
}

/* What cannot be shared is shown with its reason, and said once, also after a restart. */
static void
test_skipped (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id = shared (world, LAN_SHARE_READ, TRUE);

  world->people[0].link = "shortcut";
  world_write (world, 0, &id, "c", "three");
  world_run (world, 2);
  world_write (world, 0, &id, "c", "four");
  world_run (world, 2);
  g_assert_cmpint (world_state (world, 0, &id, "shortcut"), ==, LAN_SHARE_ITEM_SKIPPED);
  g_assert_cmpint (world_state (world, 1, &id, "shortcut"), ==, 99);
  world_restart (world, 0);
  world_run (world, 2);
  g_assert_cmpuint (world_log (world, 0, &id, LAN_SHARE_LOG_SKIPPED), ==, 1);
  world->people[0].link = NULL;
  world_write (world, 0, &id, "c", "five");
  world_run (world, 2);
  g_assert_cmpint (world_state (world, 0, &id, "shortcut"), ==, 99);
}

static void
test_folders_in_folders (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id = shared (world, LAN_SHARE_READ, TRUE), other = { { 1 } };
  LanShares *shares = world->people[0].shares;
  static const char *const taken[] = { "/share", "/share/", "/share/sub", "/", "/x/../share" };

  for (guint i = 0; i < G_N_ELEMENTS (taken); i++)
    g_assert_cmpint (lan_shares_create (shares, &other, taken[i], "Twice", world->now), ==,
                     LAN_STATUS_MISMATCH);
  g_assert_cmpint (lan_shares_create (shares, &other, "/shared", "Beside", world->now), ==,
                   LAN_STATUS_OK);
  /* What is not shared any more is in nobody's way. */
  g_assert_cmpint (lan_shares_leave (shares, &id, world->now), ==, LAN_STATUS_OK);
  other.b[0] = 2;
  g_assert_cmpint (lan_shares_create (shares, &other, "/share/sub", "Again", world->now), ==,
                   LAN_STATUS_OK);
}

/* A minute after the start, then once a day. */
static void
test_old_versions (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id = shared (world, LAN_SHARE_READ, TRUE);

  world_run (world, 70);
  g_assert_cmpuint (world->people[0].trims, ==, 1);
  g_assert_cmpuint (world_log (world, 0, &id, LAN_SHARE_LOG_TRIMMED), ==, 1);
  world_run (world, 600);
  g_assert_cmpuint (world->people[0].trims, ==, 1);
  world->now.mono_us += G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC;
  world_run (world, 1);
  g_assert_cmpuint (world->people[0].trims, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/share/names", test_names);
  g_test_add_func ("/share/order", test_order);
  g_test_add_func ("/share/pages", test_pages);
  g_test_add_func ("/share/papers", test_papers);
  g_test_add_func ("/share/on-demand", test_on_demand);
  g_test_add_func ("/share/in-step", test_in_step);
  g_test_add_func ("/share/apart", test_apart);
  g_test_add_func ("/share/without-owner", test_without_owner);
  g_test_add_func ("/share/hostile", test_hostile);
  g_test_add_func ("/share/revoked", test_revoked);
  g_test_add_func ("/share/restart-and-leave", test_restart_and_leave);
  g_test_add_func ("/share/skipped", test_skipped);
  g_test_add_func ("/share/folders-in-folders", test_folders_in_folders);
  g_test_add_func ("/share/old-versions", test_old_versions);
  return g_test_run ();
}
