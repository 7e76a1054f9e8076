using ProdReady.Bench;

return await BenchProgram.RunAsync(args);
