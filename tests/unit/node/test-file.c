/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Files from one machine to the other. */
#include "node-driver.h"
#include "test-node.h"

#include <glib/gstdio.h>

#define SIZE (3 * 1024 * 1024 + 17)

typedef struct {
  Machine *ann;
  Machine *bob;
  char *folder; /* sources and what is received */
  char *source;
  char *content;
} Pair;

static void
set_up (Pair *p, gconstpointer data)
{
  p->ann = machine_new ("Ann");
  p->bob = machine_new ("Bob");
  machine_create (p->ann, NULL);
  machine_create (p->bob, NULL);
  introduce (p->ann, p->bob);
  p->folder = g_dir_make_tmp ("lan-files-XXXXXX", NULL);
  p->source = g_build_filename (p->folder, "contract.pdf", NULL);
  p->content = g_malloc (SIZE);
  for (guint i = 0; i < SIZE; i++)
    p->content[i] = (char) (i * 31 + i / 251);
  g_assert_true (g_file_set_contents (p->source, p->content, SIZE, NULL));
}

static void
tear_down (Pair *p, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (p->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (p->folder, name, NULL);

    g_remove (path);
  }
  g_rmdir (p->folder);
  machine_free (p->ann);
  machine_free (p->bob);
  g_free (p->folder);
  g_free (p->source);
  g_free (p->content);
}

static char *
send_file (Pair *p, const char *path)
{
  const char *const paths[] = { path, NULL };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = lan_node_send_files (p->ann->node, see (p->ann, p->bob), paths, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (ids), ==, 1);
  return g_strdup (ids[0]);
}

static void
test_send (Pair *p, gconstpointer data)
{
  g_autofree char *id = send_file (p, p->source), *content = NULL;
  LanTransfer *in, *out;
  gsize len;

  wait_until (p->bob->offered->len == 1);
  in = p->bob->offered->pdata[0];
  g_assert_cmpstr (lan_transfer_get_id (in), ==, id);
  g_assert_cmpstr (lan_transfer_get_name (in), ==, "contract.pdf");
  g_assert_cmpuint (lan_transfer_get_size (in), ==, SIZE);
  g_assert_true (lan_transfer_get_incoming (in));
  g_assert_true (lan_transfer_get_request (in));
  wait_until (find_received (p->bob, "contract.pdf") != NULL);
  g_assert_true (lan_message_get_transfer (find_received (p->bob, "contract.pdf")) == in);

  lan_transfer_accept (in, p->folder);
  wait_until (p->bob->finished->len == 1);
  g_assert_cmpint (lan_transfer_get_status (in), ==, LAN_TRANSFER_STATUS_DONE);
  g_assert_cmpuint (lan_transfer_get_done (in), ==, SIZE);
  g_assert_nonnull (lan_transfer_get_path (in));
  g_assert_cmpstr (lan_transfer_get_path (in), !=, p->source);
  g_assert_true (g_file_get_contents (lan_transfer_get_path (in), &content, &len, NULL));
  g_assert_cmpmem (content, len, p->content, SIZE);
  out = lan_node_find_transfer (p->ann->node, id);
  wait_until (lan_transfer_get_status (out) == LAN_TRANSFER_STATUS_DONE);
  g_assert_cmpuint (g_list_model_get_n_items (lan_node_get_transfers (p->ann->node)), ==, 1);

  machine_close (p->bob);
  machine_open (p->bob, NULL);
  in = lan_node_find_transfer (p->bob->node, id);
  g_assert_cmpint (lan_transfer_get_status (in), ==, LAN_TRANSFER_STATUS_DONE);
  g_assert_cmpuint (p->bob->offered->len, ==, 0);
}

static void
test_decline (Pair *p, gconstpointer data)
{
  g_autofree char *id = send_file (p, p->source);
  LanTransfer *out;

  wait_until (p->bob->offered->len == 1);
  lan_transfer_decline (p->bob->offered->pdata[0]);
  out = lan_node_find_transfer (p->ann->node, id);
  wait_until (lan_transfer_get_status (out) == LAN_TRANSFER_STATUS_DECLINED);
}

static void
test_trouble (Pair *p, gconstpointer data)
{
  g_autofree char *nowhere = g_build_filename (p->folder, "not there", NULL);
  g_autofree char *missing = send_file (p, nowhere), *id = NULL;
  LanTransfer *transfer;

  wait_until (p->ann->finished->len == 1);
  transfer = p->ann->finished->pdata[0];
  g_assert_cmpstr (lan_transfer_get_id (transfer), ==, missing);
  g_assert_cmpstr (lan_transfer_get_error_code (transfer), ==, "not-found");
  g_assert_nonnull (lan_transfer_get_error_text (transfer));

  id = send_file (p, p->source);
  wait_until (p->bob->offered->len == 1);
  transfer = p->bob->offered->pdata[0];
  lan_transfer_accept (transfer, nowhere);
  wait_until (lan_transfer_get_status (transfer) == LAN_TRANSFER_STATUS_FAILED);
  g_test_message ("%s: %s", lan_transfer_get_error_code (transfer),
                  lan_transfer_get_error_text (transfer));
  lan_transfer_accept (transfer, p->folder); /* again, somewhere else */
  wait_until (lan_transfer_get_status (transfer) == LAN_TRANSFER_STATUS_DONE);
}

static void
test_cancel (Pair *p, gconstpointer data)
{
  g_autofree char *id = send_file (p, p->source);
  LanTransfer *in, *out;

  wait_until (p->bob->offered->len == 1);
  in = p->bob->offered->pdata[0];
  out = lan_node_find_transfer (p->ann->node, id);
  lan_transfer_cancel (out);
  wait_until (lan_transfer_get_status (out) == LAN_TRANSFER_STATUS_CANCELLED);
  wait_until (lan_transfer_get_status (in) == LAN_TRANSFER_STATUS_CANCELLED);
}

void
add_file_tests (void)
{
  g_test_add ("/node/file/send", Pair, NULL, set_up, test_send, tear_down);
  g_test_add ("/node/file/decline", Pair, NULL, set_up, test_decline, tear_down);
  g_test_add ("/node/file/trouble", Pair, NULL, set_up, test_trouble, tear_down);
  g_test_add ("/node/file/cancel", Pair, NULL, set_up, test_cancel, tear_down);
}
