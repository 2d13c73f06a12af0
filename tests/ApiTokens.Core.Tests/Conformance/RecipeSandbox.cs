using ApiTokens.Core.Tests.Support;

namespace ApiTokens.Core.Tests.Conformance;

/// <summary>A sandbox that includes the service of a recipe.</summary>
/// <typeparam name="TRecipe">The recipe.</typeparam>
public sealed class RecipeSandbox<TRecipe> : SandboxFixture
    where TRecipe : ServiceRecipe, new()
{
    public RecipeSandbox()
    {
        Options = new TRecipe().Sandbox;
    }
}
