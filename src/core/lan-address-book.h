/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The addresses under which one device may be dialled, best first: those that worked, the newest
 * before; then those a discovery source shows now; then remembered and typed ones. All are hints.
 * Bounded; pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LanAddressBook LanAddressBook;

LanAddressBook *lan_address_book_new (guint max) G_GNUC_WARN_UNUSED_RESULT;
void lan_address_book_free (LanAddressBook *book);

/** TRUE when it is news: not known before, or not seen before. */
gboolean lan_address_book_add (LanAddressBook *book, const char *address, guint16 port,
                               gboolean is_seen);
void lan_address_book_lose (LanAddressBook *book, const char *address, guint16 port);
void lan_address_book_worked (LanAddressBook *book, const char *address, guint16 port);

guint lan_address_book_count (const LanAddressBook *book);

/** Returns: (transfer full) (element-type utf8): "address port", best first. */
GPtrArray *lan_address_book_list (LanAddressBook *book) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
