using ApiTokens.Simulation;

// Runs simulations of the core. A seed repeats a simulation exactly.
try
{
    Options options = Options.Parse(args);
    return options.Processes > 1 ? ProcessGroup.Run(options) : new Batch(options).Run();
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
