using ProdReady.Standalone;

// Aspire's packages are not on this feed: the same stack as processes, without containers
return await StandaloneProgram.RunAsync(["up", .. args]);
