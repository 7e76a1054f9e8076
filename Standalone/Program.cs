using ProdReady.Standalone;

return await StandaloneProgram.RunAsync(args);
