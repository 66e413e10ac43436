/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-server-name.h"

#define DEFAULT_PORT 24790
#define PATIENCE_MS  1000 /* for the record, once the name's own addresses are known */
#define TARGETS_MAX  4

typedef struct {
  GList *addresses; /* of GInetAddress */
  guint16 port;
  LanServerName *name; /* while it is asked */
} Place;

struct _LanServerName {
  GCancellable *cancellable; /* of everything that is asked */
  GMainContext *context;
  Place own;
  Place targets[TARGETS_MAX];
  guint n_targets;
  guint asked; /* questions without an answer */
  GSource *timer;
  LanServerNameFound found; /* NULL: told, or cancelled */
  gpointer data;
};

static void
add_place (GPtrArray *sockets, const Place *place)
{
  for (GList *l = place->addresses; l != NULL; l = l->next)
    g_ptr_array_add (sockets, g_inet_socket_address_new (l->data, place->port));
}

static void
clear_timer (LanServerName *self)
{
  if (self->timer == NULL)
    return;
  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static void
tell (LanServerName *self)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  LanServerNameFound found = self->found;

  self->found = NULL;
  for (guint i = 0; i < self->n_targets; i++)
    add_place (sockets, &self->targets[i]);
  add_place (sockets, &self->own);
  if (found != NULL)
    found (sockets->len > 0 ? g_steal_pointer (&sockets) : NULL, self->data);
}

static void
free_name (LanServerName *self)
{
  clear_timer (self);
  g_resolver_free_addresses (self->own.addresses);
  for (guint i = 0; i < self->n_targets; i++)
    g_resolver_free_addresses (self->targets[i].addresses);
  g_object_unref (self->cancellable);
  g_main_context_unref (self->context);
  g_free (self);
}

/* The last answer, be it that of a question that was given up, ends it. */
static void
answered (LanServerName *self)
{
  if (--self->asked > 0)
    return;
  tell (self);
  free_name (self);
}

static gboolean
on_late (gpointer data)
{
  LanServerName *self = data;

  clear_timer (self);
  tell (self);
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static void
start_timer (LanServerName *self)
{
  if (self->timer != NULL || self->own.addresses == NULL || self->found == NULL)
    return;
  self->timer = g_timeout_source_new (PATIENCE_MS);
  g_source_set_callback (self->timer, on_late, self, NULL);
  g_source_attach (self->timer, self->context);
}

static void
on_addresses (GObject *source, GAsyncResult *result, gpointer data)
{
  Place *place = data;
  LanServerName *self = place->name;
  g_autoptr (GError) error = NULL;

  place->addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, &error);
  if (error != NULL)
    g_info ("the server's name: %s", error->message);
  start_timer (self);
  answered (self);
}

static void
ask (LanServerName *self, Place *place, const char *host, guint16 port)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();

  place->name = self;
  place->port = port;
  self->asked++;
  g_resolver_lookup_by_name_async (resolver, host, self->cancellable, on_addresses, place);
}

static void
on_record (GObject *source, GAsyncResult *result, gpointer data)
{
  GList *targets = g_resolver_lookup_service_finish (G_RESOLVER (source), result, NULL);
  LanServerName *self = data;

  for (GList *l = targets; l != NULL && self->n_targets < TARGETS_MAX && self->found != NULL;
       l = l->next)
    ask (self, &self->targets[self->n_targets++], g_srv_target_get_hostname (l->data),
         g_srv_target_get_port (l->data));
  g_resolver_free_targets (targets);
  answered (self);
}

LanServerName *
lan_server_name_find (const char *host, guint16 port, LanServerNameFound found, gpointer data)
{
  LanServerName *self = g_new0 (LanServerName, 1);

  self->cancellable = g_cancellable_new ();
  self->context = g_main_context_ref_thread_default ();
  self->found = found;
  self->data = data;
  ask (self, &self->own, host, port);
  if (port == DEFAULT_PORT) {
    g_autoptr (GResolver) resolver = g_resolver_get_default ();

    self->asked++;
    g_resolver_lookup_service_async (resolver, "lanyard-server", "tcp", host, self->cancellable,
                                     on_record, self);
  }
  return self;
}

void
lan_server_name_cancel (LanServerName *self)
{
  if (self == NULL)
    return;
  self->found = NULL;
  clear_timer (self);
  g_cancellable_cancel (self->cancellable);
}
