/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The generated decoder allocates what the bytes ask for. A frame of 65,000 bytes may ask for
 * thirty-two thousand list entries of 16 bytes each, so its appetite has a ceiling here.
 */
#include "lan-wire-private.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  gsize left;
} Budget;

static void *
budget_alloc (void *data, size_t size)
{
  Budget *budget = data;

  if (size > budget->left)
    return NULL;
  budget->left -= size;
  return malloc (size);
}

static void
budget_free (void *data, void *block)
{
  free (block);
}

ProtobufCMessage *
lan_wire_unpack (const ProtobufCMessageDescriptor *type, const guint8 *data, gsize len,
                 gsize max_memory)
{
  Budget budget = { max_memory };
  ProtobufCAllocator allocator = { budget_alloc, budget_free, &budget };

  return protobuf_c_message_unpack (type, &allocator, len, data);
}

void
lan_wire_free (ProtobufCMessage *message)
{
  ProtobufCAllocator allocator = { budget_alloc, budget_free, NULL };

  if (message != NULL)
    protobuf_c_message_free_unpacked (message, &allocator);
}

gboolean
lan_wire_text_ok (const char *text, gsize max_bytes)
{
  gsize len = strlen (text);

  return len <= max_bytes && g_utf8_validate (text, (gssize) len, NULL);
}
