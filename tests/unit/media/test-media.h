/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#pragma once

#include <glib.h>

void test_voice_add (void);
