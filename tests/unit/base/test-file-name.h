/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The part of test-base that is about file names and file jobs. */
#pragma once

void lan_test_file_name_add (void);
void lan_test_manifest_add (void);
