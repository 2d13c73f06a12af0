// Mono does not let other threads wait for the module initializer of an assembly, so tests that start together could see the core
// before it has connected its parts. The common language runtimes of .NET and .NET Framework let them wait.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
