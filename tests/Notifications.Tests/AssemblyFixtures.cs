using ProdReady.Testing;

[assembly: AssemblyFixture(typeof(TwilioServer))]
