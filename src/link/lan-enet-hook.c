/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-enet-hook.h"

#include <dlfcn.h>
#include <string.h>
#include <time.h>

/* Seen from libenet, so visible whatever the rest of the library hides. */
#define HOOK_EXPORT __attribute__ ((visibility ("default"), used))

#define HOOK_BASE    0x40000000 /* far above any file descriptor */
#define HOOK_SOCKETS 4096

static gpointer hooks[HOOK_SOCKETS]; /* const LanEnetHook *, taken and given back atomically */
static GPrivate pending;             /* the hook that the host now being made is to get */

static const LanEnetHook *
hook_of (ENetSocket s)
{
  if (s < HOOK_BASE || s >= HOOK_BASE + HOOK_SOCKETS)
    return NULL;
  return g_atomic_pointer_get (&hooks[s - HOOK_BASE]);
}

/* libenet's own function, for hosts that are none of ours (and for the shim). */
#define REAL(name, Type)                                                                           \
  static Type real;                                                                                \
  if (g_once_init_enter (&real)) {                                                                 \
    Type found = (Type) dlsym (RTLD_NEXT, name);                                                   \
                                                                                                   \
    g_assert (found != NULL);                                                                      \
    g_once_init_leave (&real, found);                                                              \
  }

typedef ENetSocket (*CreateFunc) (ENetSocketType);
typedef void (*DestroyFunc) (ENetSocket);
typedef int (*AddressFunc) (ENetSocket, const ENetAddress *);
typedef int (*GetAddressFunc) (ENetSocket, ENetAddress *);
typedef int (*OptionFunc) (ENetSocket, ENetSocketOption, int);
typedef int (*SendFunc) (ENetSocket, const ENetAddress *, const ENetBuffer *, size_t);
typedef int (*ReceiveFunc) (ENetSocket, ENetAddress *, ENetBuffer *, size_t);
typedef int (*WaitFunc) (ENetSocket, enet_uint32 *, enet_uint32);

HOOK_EXPORT ENetSocket
enet_socket_create (ENetSocketType type)
{
  gpointer hook = g_private_get (&pending);

  if (hook == NULL) {
    REAL ("enet_socket_create", CreateFunc)
    return real (type);
  }
  g_private_set (&pending, NULL);
  for (int i = 0; i < HOOK_SOCKETS; i++) {
    if (g_atomic_pointer_compare_and_exchange (&hooks[i], NULL, hook))
      return HOOK_BASE + i;
  }
  return ENET_SOCKET_NULL;
}

HOOK_EXPORT void
enet_socket_destroy (ENetSocket s)
{
  if (hook_of (s) == NULL) {
    REAL ("enet_socket_destroy", DestroyFunc)
    real (s);
    return;
  }
  g_atomic_pointer_set (&hooks[s - HOOK_BASE], NULL);
}

HOOK_EXPORT int
enet_socket_bind (ENetSocket s, const ENetAddress *address)
{
  if (hook_of (s) != NULL)
    return 0;
  REAL ("enet_socket_bind", AddressFunc)
  return real (s, address);
}

HOOK_EXPORT int
enet_socket_get_address (ENetSocket s, ENetAddress *address)
{
  if (hook_of (s) != NULL)
    return -1;
  REAL ("enet_socket_get_address", GetAddressFunc)
  return real (s, address);
}

HOOK_EXPORT int
enet_socket_set_option (ENetSocket s, ENetSocketOption option, int value)
{
  if (hook_of (s) != NULL)
    return 0;
  REAL ("enet_socket_set_option", OptionFunc)
  return real (s, option, value);
}

HOOK_EXPORT int
enet_socket_send (ENetSocket s, const ENetAddress *address, const ENetBuffer *buffers, size_t n)
{
  const LanEnetHook *hook = hook_of (s);
  gsize sum = 0;

  if (hook == NULL) {
    REAL ("enet_socket_send", SendFunc)
    return real (s, address, buffers, n);
  }
  /* ENetBuffer has the layout of GOutputVector. */
  G_STATIC_ASSERT (sizeof (ENetBuffer) == sizeof (GOutputVector));
  G_STATIC_ASSERT (G_STRUCT_OFFSET (ENetBuffer, data) == G_STRUCT_OFFSET (GOutputVector, buffer));
  G_STATIC_ASSERT (G_STRUCT_OFFSET (ENetBuffer, dataLength) ==
                   G_STRUCT_OFFSET (GOutputVector, size));
  for (gsize i = 0; i < n; i++)
    sum += buffers[i].dataLength;
  hook->send (hook->data, (const GOutputVector *) buffers, (guint) n);
  return (int) sum;
}

HOOK_EXPORT int
enet_socket_receive (ENetSocket s, ENetAddress *address, ENetBuffer *buffers, size_t n)
{
  const LanEnetHook *hook = hook_of (s);

  if (hook == NULL) {
    REAL ("enet_socket_receive", ReceiveFunc)
    return real (s, address, buffers, n);
  }
  if (address != NULL) {
    address->host = g_htonl (0x7f000001);
    address->port = 1;
  }
  return n == 0 ? 0 : (int) hook->receive (hook->data, buffers[0].data, buffers[0].dataLength);
}

HOOK_EXPORT int
enet_socket_wait (ENetSocket s, enet_uint32 *condition, enet_uint32 timeout)
{
  if (hook_of (s) == NULL) {
    REAL ("enet_socket_wait", WaitFunc)
    return real (s, condition, timeout);
  }
  *condition = ENET_SOCKET_WAIT_NONE;
  return 0;
}

static guint32 time_base;

static guint32
monotonic_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (guint32) ((guint64) now.tv_sec * 1000 + (guint64) now.tv_nsec / 1000000);
}

HOOK_EXPORT enet_uint32
enet_time_get (void)
{
  return monotonic_ms () - time_base;
}

HOOK_EXPORT void
enet_time_set (enet_uint32 to)
{
  time_base = monotonic_ms () - to;
}

typedef struct {
  guint sent, received;
} SelfTest;

static void
self_test_send (gpointer data, const GOutputVector *vectors, guint n_vectors)
{
  ((SelfTest *) data)->sent++;
}

static gsize
self_test_receive (gpointer data, guint8 *out, gsize cap)
{
  ((SelfTest *) data)->received++;
  return 0;
}

static ENetHost *
make_host (const LanEnetHook *hook, gsize peers, gsize channels)
{
  ENetHost *host;

  g_private_set (&pending, (gpointer) hook);
  host = enet_host_create (NULL, peers, channels, 0, 0);
  if (g_private_get (&pending) != NULL) { /* ENet made a socket without asking us */
    g_private_set (&pending, NULL);
    g_clear_pointer (&host, enet_host_destroy);
  }
  return host;
}

static gpointer
self_test (gpointer unused)
{
  SelfTest seen = { 0 };
  LanEnetHook hook = { self_test_send, self_test_receive, &seen };
  ENetAddress to = { .host = g_htonl (0x7f000001), .port = 1 };
  ENetHost *host = make_host (&hook, 1, 1);
  ENetEvent event;

  if (host == NULL)
    return GINT_TO_POINTER (FALSE);
  if (enet_host_connect (host, &to, 1, 0) != NULL)
    enet_host_service (host, &event, 0);
  enet_host_destroy (host);
  if (seen.sent == 0 || seen.received == 0)
    g_message ("ENet does not use our sockets: links go through loopback sockets");
  return GINT_TO_POINTER (seen.sent > 0 && seen.received > 0);
}

gboolean
lan_enet_hook_in_force (void)
{
  static GOnce once = G_ONCE_INIT;

  g_once (&once, self_test, NULL);
  return GPOINTER_TO_INT (once.retval);
}

ENetHost *
lan_enet_hook_host (const LanEnetHook *hook, gsize peers, gsize channels)
{
  return lan_enet_hook_in_force () ? make_host (hook, peers, channels) : NULL;
}
