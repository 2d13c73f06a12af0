using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Importing the module into a session with only the engine.</summary>
public sealed class ImportTests
{
    [Fact]
    public void Import_BareSession_LoadsNoOtherModule()
    {
        using var bare = new ModuleSession(import: false);
        IReadOnlyList<string> before = bare.Output("Get-Module").Texts("Name");
        using var session = new ModuleSession();
        Assert.Equal(["ApiTokens", .. before], session.Output("Get-Module").Texts("Name"));
        Assert.Empty(session.Output("$Error"));
    }

    [Fact]
    public void Import_AgainWithForceAndAfterRemoval_ExportsAllCommands()
    {
        using var session = new ModuleSession();
        IReadOnlyList<string> before = session.Output("Get-Command -Module ApiTokens").Texts("Name");
        session.Run(
            "param($Path) Import-Module $Path -Force; Remove-Module ApiTokens; Import-Module $Path; Import-Module $Path -Force",
            Repository.Module).ShouldSucceed();
        Assert.Equal(before, session.Output("Get-Command -Module ApiTokens").Texts("Name"));
        Assert.Contains("Get-ApiToken", before);
        Assert.Contains("Revoke-ApiToken", before);
        Assert.Empty(session.Output("Get-ApiTokenService"));
    }

    [Fact]
    public void Import_ExportsWhatTheManifestLists()
    {
        using var session = new ModuleSession();
        PSObject module = session.Single("Get-Module ApiTokens");
        string manifest = File.ReadAllText(Path.Combine(Repository.Module, "ApiTokens.psd1"));
        string[] exported = [.. session.Output("Get-Command -Module ApiTokens").Texts("Name")];
        Assert.All(exported, name => Assert.Contains($"'{name}'", manifest));
        var cmdlets = (System.Collections.ICollection)module.Get("ExportedCmdlets")!;
        var aliases = (System.Collections.ICollection)module.Get("ExportedAliases")!;
        Assert.Equal(exported.Length, cmdlets.Count + aliases.Count);
    }

    [Fact]
    public void Import_LoadsOnlyTheCmdletsIntoTheDefaultContext()
    {
        using var session = new ModuleSession();
        session.Run("Get-ApiTokenService").ShouldSucceed();
        string[] shared = [.. System.Runtime.Loader.AssemblyLoadContext.Default.Assemblies.Select(assembly => assembly.GetName().Name!)];
        Assert.Contains("ApiTokens.PowerShell", shared);
        Assert.DoesNotContain("ApiTokens.Core", shared);
        Assert.DoesNotContain("Polly.Core", shared);
        Assert.Contains(
            System.Runtime.Loader.AssemblyLoadContext.All.Single(context => context.Name == "ApiTokens").Assemblies,
            assembly => assembly.GetName().Name == "ApiTokens.Core");
    }

    [Fact]
    public void Cmdlets_ReferenceNoPackage()
    {
        // Their assembly is in the default context, which other modules share, so it must not depend on packages that those may load too.
        System.Reflection.Assembly cmdlets = System.Runtime.Loader.AssemblyLoadContext.Default.Assemblies.FirstOrDefault(
            assembly => assembly.GetName().Name == "ApiTokens.PowerShell")
            ?? System.Reflection.Assembly.LoadFrom(Path.Combine(Repository.Module, "lib", "net", "ApiTokens.PowerShell.dll"));
        string[] shipped =
        [
            .. Directory.GetFiles(Path.Combine(Repository.Module, "lib", "net", "dependencies"), "*.dll")
                .Select(file => Path.GetFileNameWithoutExtension(file)),
        ];
        Assert.True(shipped.Length > 10);
        Assert.Equal(["ApiTokens.Core"], cmdlets.GetReferencedAssemblies().Select(name => name.Name!).Intersect(shipped));
    }
}
