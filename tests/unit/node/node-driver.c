/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "node-driver.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#define INTERFACE "lantest"

static gboolean in_own_network;

static gboolean
ip (const char *arguments)
{
  g_autofree char *line = g_strconcat ("ip ", arguments, NULL);
  int status;

  return g_spawn_command_line_sync (line, NULL, NULL, &status, NULL) &&
         g_spawn_check_wait_status (status, NULL);
}

gboolean
enter_own_network (void)
{
  in_own_network = geteuid () == 0 && unshare (CLONE_NEWNET | CLONE_NEWNS) == 0 &&
                   mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
                   ip ("link set lo up") &&
                   ip ("link add " INTERFACE " type veth peer name lanother") &&
                   ip ("addr add 10.79.0.1/24 dev " INTERFACE) && ip ("link set lanother up") &&
                   ip ("link set " INTERFACE " up");
  return in_own_network;
}

gboolean
has_own_network (void)
{
  return in_own_network;
}

gboolean
wait_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
on_received (LanNode *node, LanMessage *message, Machine *m)
{
  g_ptr_array_add (m->received, g_object_ref (message));
}

static void
on_state (LanNode *node, LanMessage *message, Machine *m)
{
  g_ptr_array_add (m->states,
                   g_strdup_printf ("%s %s", lan_message_get_id (message),
                                    lan_message_status_name (lan_message_get_status (message))));
}

static void
on_notice (LanNode *node, const char *code, const char *text, Machine *m)
{
  g_test_message ("%s: notice %s: %s", m->name, code, text);
  g_ptr_array_add (m->notices, g_strdup (code));
}

static void
on_offered (LanNode *node, LanTransfer *transfer, Machine *m)
{
  g_ptr_array_add (m->offered, g_object_ref (transfer));
}

static void
on_finished (LanNode *node, LanTransfer *transfer, Machine *m)
{
  g_ptr_array_add (m->finished, g_object_ref (transfer));
}

Machine *
machine_new (const char *name)
{
  Machine *m = g_new0 (Machine, 1);
  g_autoptr (GError) error = NULL;

  m->name = g_strdup (name);
  m->dir = g_dir_make_tmp ("lan-node-XXXXXX", &error);
  g_assert_no_error (error);
  m->received = g_ptr_array_new_with_free_func (g_object_unref);
  m->states = g_ptr_array_new_with_free_func (g_free);
  m->notices = g_ptr_array_new_with_free_func (g_free);
  m->offered = g_ptr_array_new_with_free_func (g_object_unref);
  m->finished = g_ptr_array_new_with_free_func (g_object_unref);
  return m;
}

static void
make_node (Machine *m)
{
  const char *const interfaces[] = { in_own_network ? INTERFACE : "lo", NULL };

  g_assert_null (m->node);
  m->node =
      g_object_new (LAN_TYPE_NODE, "profile-dir", m->dir, "interfaces", interfaces, "mdns", m->mdns,
                    "broadcast", m->broadcast, "port", 0, "keyring", FALSE, "harden", FALSE, NULL);
  g_signal_connect (m->node, "message-received", G_CALLBACK (on_received), m);
  g_signal_connect (m->node, "message-state", G_CALLBACK (on_state), m);
  g_signal_connect (m->node, "notice", G_CALLBACK (on_notice), m);
  g_signal_connect (m->node, "file-offered", G_CALLBACK (on_offered), m);
  g_signal_connect (m->node, "file-done", G_CALLBACK (on_finished), m);
  g_signal_connect (m->node, "file-failed", G_CALLBACK (on_finished), m);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

void
machine_create (Machine *m, const char *passphrase)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  make_node (m);
  lan_node_create_async (m->node, m->name, passphrase, NULL, on_done, &result);
  wait_until (result != NULL);
  lan_node_create_finish (m->node, result, &error);
  g_assert_no_error (error);
}

GError *
machine_try_open (Machine *m, const char *passphrase)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  make_node (m);
  lan_node_open_async (m->node, passphrase, NULL, on_done, &result);
  wait_until (result != NULL);
  if (!lan_node_open_finish (m->node, result, &error))
    g_clear_object (&m->node);
  return error;
}

void
machine_open (Machine *m, const char *passphrase)
{
  g_autoptr (GError) error = machine_try_open (m, passphrase);

  g_assert_no_error (error);
}

void
machine_close (Machine *m)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_ptr_array_set_size (m->received, 0);
  g_ptr_array_set_size (m->states, 0);
  g_ptr_array_set_size (m->offered, 0);
  g_ptr_array_set_size (m->finished, 0);
  if (m->node == NULL)
    return;
  lan_node_close_async (m->node, NULL, on_done, &result);
  wait_until (result != NULL);
  g_assert_true (lan_node_close_finish (m->node, result, NULL));
  g_clear_object (&result);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (m->node);
  m->node = NULL;
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    remove_tree (child);
  }
  g_remove (path);
}

void
machine_free (Machine *m)
{
  machine_close (m);
  remove_tree (m->dir);
  g_ptr_array_unref (m->received);
  g_ptr_array_unref (m->states);
  g_ptr_array_unref (m->notices);
  g_ptr_array_unref (m->offered);
  g_ptr_array_unref (m->finished);
  g_free (m->dir);
  g_free (m->name);
  g_free (m);
}

static LanPerson *
look (Machine *m, Machine *other)
{
  return lan_node_find_person (m->node, lan_person_get_id (lan_node_get_self (other->node)), NULL);
}

LanPerson *
see (Machine *m, Machine *other)
{
  wait_until (look (m, other) != NULL && lan_person_get_online (look (m, other)));
  return look (m, other);
}

void
introduce (Machine *a, Machine *b)
{
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", lan_node_get_tcp_port (b->node));
  g_autoptr (GError) error = NULL;

  lan_node_add_address (a->node, address, &error);
  g_assert_no_error (error);
  see (a, b);
  see (b, a);
}

LanMessage *
find_received (Machine *m, const char *text)
{
  for (guint i = 0; i < m->received->len; i++)
    if (strcmp (lan_message_get_text (g_ptr_array_index (m->received, i)), text) == 0)
      return g_ptr_array_index (m->received, i);
  return NULL;
}

gboolean
has_state (Machine *m, const char *id, const char *state)
{
  g_autofree char *line = g_strdup_printf ("%s %s", id, state);

  for (guint i = 0; i < m->states->len; i++)
    if (strcmp (g_ptr_array_index (m->states, i), line) == 0)
      return TRUE;
  return FALSE;
}

gboolean
has_notice (Machine *m, const char *code)
{
  for (guint i = 0; i < m->notices->len; i++)
    if (strcmp (g_ptr_array_index (m->notices, i), code) == 0)
      return TRUE;
  return FALSE;
}

GPtrArray *
read_history (Machine *m, Machine *other, const char *before, guint limit)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *messages;

  lan_node_read_history_async (m->node, look (m, other), before, limit, NULL, on_done, &result);
  wait_until (result != NULL);
  messages = lan_node_read_history_finish (m->node, result, &error);
  g_assert_no_error (error);
  return messages;
}
