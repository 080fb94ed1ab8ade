#include "cli/command.h"

int main(int argc, char** argv) { return blobgauge::cli::run_program(argc, argv); }
