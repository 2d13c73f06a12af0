using ApiTokens.Core.Tests.Support;

namespace ApiTokens.Core.Tests.Conformance;

/// <summary>A sandbox with the service of a recipe in it.</summary>
/// <typeparam name="TRecipe">The recipe.</typeparam>
public sealed class RecipeSandbox<TRecipe> : SandboxFixture
    where TRecipe : ServiceRecipe, new()
{
    public RecipeSandbox()
    {
        Options = new TRecipe().Sandbox;
    }
}
